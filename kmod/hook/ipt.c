// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: packet rules (numiptent)
 *
 * A rule is charged to the context whose task added it, be it to the context's own
 * network or to the host's. The tables of iptables are made and replaced as a whole:
 * what a table consists of is charged to the context that put it there, until the
 * kernel frees it. All of this is in modules that come and go.
 */
#include <linux/err.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/x_tables.h>
#include <net/netfilter/nf_tables.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "pay/owner_change.h"
#include "pay/owner_table.h"
#include "wrap/hook.h"

VZCTX_ORIGINAL(xt_replace_table);

/*
 * The kernel makes the rule inside this function and does not hand it out. Until
 * the rule enters the transaction, its charge is kept under the address of the
 * calling task. The function may wait for a module to be loaded, so the task stays
 * (stay.h).
 */
VZCTX_WRAPPER(VZCTX_IN("nf_tables", UB_NUMIPTENT), int, nf_tables_newrule,
	      struct sk_buff *, skb, const struct nfnl_info *, info,
	      const struct nlattr *const *, nla)
{
	struct vzctx_owner *own;
	struct vzctx *ctx;
	int err;

	ctx = vzctx_get_of_current();
	if (!ctx) {
		err = vzctx_original(nf_tables_newrule)(skb, info, nla);
		goto out;
	}
	own = vzctx_owner_charge(ctx, UB_NUMIPTENT, 1, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(own)) {
		err = PTR_ERR(own);
		goto out;
	}
	vzctx_owner_publish_ahead(own, current);
	err = vzctx_original(nf_tables_newrule)(skb, info, nla);
	vzctx_owner_uncharge(current, UB_NUMIPTENT);
out:
	vzctx_stay_end();
	return err;
}

VZCTX_WRAPPER(VZCTX_IN("nf_tables", UB_NUMIPTENT),
	      void, nft_trans_commit_list_add_tail, struct net *, net,
	      struct nft_trans *, trans)
{
	vzctx_hook_enter();
	if (trans->msg_type == NFT_MSG_NEWRULE)
		vzctx_owner_rekey(current, UB_NUMIPTENT, nft_trans_rule(trans));
	vzctx_original(nft_trans_commit_list_add_tail)(net, trans);
	vzctx_hook_exit();
}

VZCTX_WRAPPER(VZCTX_IN("nf_tables", UB_NUMIPTENT), void, nf_tables_rule_destroy,
	      const struct nft_ctx *, nft, struct nft_rule *, rule)
{
	vzctx_hook_enter();
	vzctx_owner_uncharge(rule, UB_NUMIPTENT);
	vzctx_original(nf_tables_rule_destroy)(nft, rule);
	vzctx_hook_exit();
}

static void uncharge_rules(const struct nft_chain *chain)
{
	struct nft_rule *rule;

	list_for_each_entry(rule, &chain->rules, list)
		vzctx_owner_uncharge(rule, UB_NUMIPTENT);
}

/*
 * A network that ends frees its rules without a call a hook could see. The
 * caller holds the mutex of its tables.
 */
VZCTX_WRAPPER(VZCTX_IN("nf_tables", UB_NUMIPTENT), void, __nft_release_table,
	      struct net *, net, struct nft_table *, table)
{
	struct nft_chain *chain;

	vzctx_hook_enter();
	list_for_each_entry(chain, &table->chains, list)
		uncharge_rules(chain);
	vzctx_original(__nft_release_table)(net, table);
	vzctx_hook_exit();
}

/* On 6.1 a network device with rules of its own frees them in the same way. */
VZCTX_WRAPPER(VZCTX_MAYBE_IN("nf_tables", UB_NUMIPTENT),
	      int, __nft_release_basechain, struct nft_ctx *, nft)
{
	int err;

	vzctx_hook_enter();
	uncharge_rules(nft->chain);
	err = vzctx_original(__nft_release_basechain)(nft);
	vzctx_hook_exit();
	return err;
}

/* The caller's own table grows or shrinks. */
static struct xt_table_info *resize(struct xt_table *table,
				    unsigned int num_counters,
				    struct xt_table_info *newinfo, int *error)
{
	struct xt_table_info *info = table->private;
	unsigned long had = vzctx_owner_units(info, UB_NUMIPTENT);
	unsigned long more = newinfo->number > had ? newinfo->number - had : 0;
	struct xt_table_info *old;
	int err = 0;

	if (more)
		err = vzctx_owner_reserve(info, UB_NUMIPTENT, more,
					  VZCTX_HARD);
	/* Without an entry, the contexts are just being ended by force. */
	if (err && err != -ENOENT) {
		*error = -ENOMEM;
		return NULL;
	}
	old = vzctx_original(xt_replace_table)(table, num_counters, newinfo,
					       error);
	if (!old) {
		vzctx_owner_fit(info, UB_NUMIPTENT, 0, had);
		return NULL;
	}
	vzctx_owner_rekey(old, UB_NUMIPTENT, newinfo);
	vzctx_owner_fit(newinfo, UB_NUMIPTENT, 0, newinfo->number);
	vzctx_owner_keep(newinfo, UB_NUMIPTENT);
	return old;
}

/* @ctx pays from now on for a table that it did not pay for; takes @ctx over. */
static struct xt_table_info *take_over(struct vzctx *ctx,
				       struct xt_table *table,
				       unsigned int num_counters,
				       struct xt_table_info *newinfo,
				       int *error)
{
	struct vzctx_owner *own;
	struct xt_table_info *old;

	own = vzctx_owner_charge(ctx, UB_NUMIPTENT, newinfo->number,
				 GFP_KERNEL_ACCOUNT);
	if (IS_ERR(own)) {
		*error = -ENOMEM;
		return NULL;
	}
	old = vzctx_original(xt_replace_table)(table, num_counters, newinfo,
					       error);
	if (!old) {
		vzctx_owner_cancel(own);
		return NULL;
	}
	vzctx_owner_publish(own, newinfo);
	return old;
}

/* The caller holds the mutex of the table's family. */
VZCTX_WRAPPER(VZCTX_IN("x_tables", UB_NUMIPTENT),
	      struct xt_table_info *, xt_replace_table,
	      struct xt_table *, table, unsigned int, num_counters,
	      struct xt_table_info *, newinfo, int *, error)
{
	struct vzctx *ctx = NULL, *payer;
	struct xt_table_info *old;

	vzctx_hook_enter();
	/* Some kernels call this for a new table, too: that has been charged. */
	if (!vzctx_owner_known(newinfo, UB_NUMIPTENT))
		ctx = vzctx_get_of_current();
	payer = vzctx_owner_payer(table->private, UB_NUMIPTENT);
	if (ctx && ctx == payer) {
		old = resize(table, num_counters, newinfo, error);
		vzctx_put(ctx);
	} else if (ctx) {
		old = take_over(ctx, table, num_counters, newinfo, error);
	} else {
		old = vzctx_original(xt_replace_table)(table, num_counters,
						       newinfo, error);
	}
	if (old)
		vzctx_owner_uncharge(old, UB_NUMIPTENT);
	vzctx_put(payer);
	vzctx_hook_exit();
	return old;
}

/*
 * What a new table begins with. It is nobody else's yet, so its charge is there
 * before the kernel puts it in place; it may be replaced and freed as soon as that is
 * done. The function waits for the mutex of the family, which is also held while a
 * table is copied to a user's memory. So the task stays (stay.h).
 */
VZCTX_WRAPPER(VZCTX_IN("x_tables", UB_NUMIPTENT),
	      struct xt_table *, xt_register_table, struct net *, net,
	      const struct xt_table *, like, VZCTX_XT_OPS_PARAM
	      struct xt_table_info *, bootstrap, struct xt_table_info *, newinfo)
{
	struct vzctx_owner *own;
	struct xt_table *table;
	struct vzctx *ctx;

	ctx = vzctx_get_of_current();
	if (!ctx) {
		table = vzctx_original(xt_register_table)
			(net, like, VZCTX_XT_OPS_ARG bootstrap, newinfo);
		goto out;
	}
	own = vzctx_owner_charge(ctx, UB_NUMIPTENT, newinfo->number,
				 GFP_KERNEL_ACCOUNT);
	if (IS_ERR(own)) {
		table = ERR_CAST(own);
		goto out;
	}
	vzctx_owner_publish_ahead(own, newinfo);
	table = vzctx_original(xt_register_table)
		(net, like, VZCTX_XT_OPS_ARG bootstrap, newinfo);
	if (IS_ERR(table))
		vzctx_owner_uncharge(newinfo, UB_NUMIPTENT);
	else
		vzctx_owner_keep(newinfo, UB_NUMIPTENT);
out:
	vzctx_stay_end();
	return table;
}

/* The caller holds the mutex here too. */
static __always_inline const void *info_of(const struct xt_table *table)
{
	return table->private;
}

VZCTX_HOOK_CALLBACK(nf_tables_newrule, !vzctx_hook_on_host() &&
		    vzctx_is_current_inside() && vzctx_stay_begin())
VZCTX_HOOK_CALLBACK(xt_register_table, !vzctx_hook_on_host() &&
		    vzctx_is_current_inside() && vzctx_stay_begin())
VZCTX_HOOK_CALLBACK(nft_trans_commit_list_add_tail, vzctx_owner_maybe(current))
VZCTX_HOOK_CALLBACK(nf_tables_rule_destroy,
		    vzctx_owner_maybe(VZCTX_HOOK_ARG(1)))
/* These calls are rare, and only the wrapper can tell whose the rules are. */
VZCTX_HOOK_CALLBACK(__nft_release_table, true)
VZCTX_HOOK_CALLBACK(__nft_release_basechain, true)
VZCTX_HOOK_CALLBACK(xt_replace_table, !vzctx_hook_on_host() ||
		    vzctx_owner_maybe(info_of(VZCTX_HOOK_ARG0)))
/* Of a table that is gone, and of one that never was put in place. */
VZCTX_PROTO(VZCTX_IN("x_tables", UB_NUMIPTENT), void, xt_free_table_info,
	    struct xt_table_info *, info);
VZCTX_HOOK_BEFORE(xt_free_table_info, vzctx_owner_maybe(VZCTX_HOOK_ARG0),
		  vzctx_owner_uncharge(VZCTX_HOOK_ARG0, UB_NUMIPTENT))

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_ROW(nf_tables_rule_destroy),
	VZCTX_HOOK_ROW(__nft_release_table),
	VZCTX_HOOK_ROW(__nft_release_basechain),
	VZCTX_HOOK_ROW(nft_trans_commit_list_add_tail),
	VZCTX_HOOK_ROW(nf_tables_newrule),
	VZCTX_HOOK_ROW_BEFORE(xt_free_table_info),
	VZCTX_HOOK_ROW(xt_replace_table),
	VZCTX_HOOK_ROW(xt_register_table),
};

const struct vzctx_hook_table vzctx_hook_ipt = {
	.hook = rows, .nr = ARRAY_SIZE(rows)
};
