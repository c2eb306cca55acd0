// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - door: generic netlink
 *
 * Translates only. What the messages mean is said in <linux/vzctx.h>.
 */
#include <linux/file.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "base/ctx.h"
#include "base/event.h"
#include "base/limit.h"
#include "base/on_limit.h"
#include "base/registry.h"
#include "door/genl.h"
#include "door/genl_fill.h"
#include "door/genl_last.h"
#include "door/genl_net.h"
#include "door/may.h"
#include "life/bind.h"

static struct genl_family family;
static bool registered;

static const struct nla_policy nothing_policy[] = {
	[VZCTX_A_UNSPEC] = { .type = NLA_REJECT },
	[VZCTX_A_ABI] = { .type = NLA_REJECT },
};

static const struct nla_policy bc_policy[VZCTX_BC_A_MAX + 1] = {
	[VZCTX_BC_A_ID] = { .type = NLA_U32 },
	[VZCTX_BC_A_BARRIER] = { .type = NLA_U64 },
	[VZCTX_BC_A_LIMIT] = { .type = NLA_U64 },
	[VZCTX_BC_A_ACTION] = { .type = NLA_U32 },
};

static const struct nla_policy bcs_policy[VZCTX_A_BC + 1] = {
	[VZCTX_A_BC] = NLA_POLICY_NESTED(bc_policy),
};

/* Not const: 6.1 declares the pointer to it without. */
static struct netlink_range_validation ctid_range = {
	.min = 1, .max = VZCTX_CTID_MAX,
};

static struct netlink_range_validation pid_range = {
	.min = 1, .max = S32_MAX,
};

static const struct nla_policy get_policy[VZCTX_A_CTID + 1] = {
	[VZCTX_A_CTID] = NLA_POLICY_FULL_RANGE(NLA_U32, &ctid_range),
};

static const struct nla_policy set_policy[VZCTX_A_FREEZER + 1] = {
	[VZCTX_A_CTID] = NLA_POLICY_FULL_RANGE(NLA_U32, &ctid_range),
	[VZCTX_A_FLAGS] = { .type = NLA_U32 },
	[VZCTX_A_BCS] = NLA_POLICY_NESTED(bcs_policy),
	[VZCTX_A_FREEZER] = { .type = NLA_U32 },
};

static const struct nla_policy ip_policy[VZCTX_A_IP + 1] = {
	[VZCTX_A_CTID] = NLA_POLICY_FULL_RANGE(NLA_U32, &ctid_range),
	[VZCTX_A_IP] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
};

static const struct nla_policy create_policy[VZCTX_A_BCS + 1] = {
	[VZCTX_A_CTID] = NLA_POLICY_FULL_RANGE(NLA_U32, &ctid_range),
	[VZCTX_A_PID] = NLA_POLICY_FULL_RANGE(NLA_U32, &pid_range),
	[VZCTX_A_BCS] = NLA_POLICY_NESTED(bcs_policy),
};

/* Requests */

static int parse_limits(const struct nlattr *bcs, struct vzctx_limit *limit,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VZCTX_BC_A_MAX + 1];
	const struct nlattr *attr;
	unsigned int nr = 0;
	int rem, err;

	if (!bcs)
		return 0;
	nla_for_each_nested(attr, bcs, rem) {
		struct vzctx_limit *l = &limit[nr];

		if (nr == UB_RESOURCES) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "more limits than resources");
			return -EINVAL;
		}
		err = nla_parse_nested(tb, VZCTX_BC_A_MAX, attr, bc_policy,
				       extack);
		if (err)
			return err;
		if (!tb[VZCTX_BC_A_ID] ||
		    (!tb[VZCTX_BC_A_BARRIER] && !tb[VZCTX_BC_A_LIMIT] &&
		     !tb[VZCTX_BC_A_ACTION])) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "a limit needs a resource id, and a barrier, a limit or an action");
			return -EINVAL;
		}
		*l = (struct vzctx_limit) {
			.res = nla_get_u32(tb[VZCTX_BC_A_ID]),
			.has_barrier = tb[VZCTX_BC_A_BARRIER],
			.has_limit = tb[VZCTX_BC_A_LIMIT],
			.has_action = tb[VZCTX_BC_A_ACTION],
		};
		if (l->has_barrier)
			l->barrier = nla_get_u64(tb[VZCTX_BC_A_BARRIER]);
		if (l->has_limit)
			l->limit = nla_get_u64(tb[VZCTX_BC_A_LIMIT]);
		if (l->has_action)
			l->action = nla_get_u32(tb[VZCTX_BC_A_ACTION]);
		nr++;
	}
	return nr;
}

static int reply(struct genl_info *info, u8 cmd, struct vzctx *ctx)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *hdr;
	int err;

	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put_reply(skb, info, &family, 0, cmd);
	err = hdr ? 0 : -EMSGSIZE;
	if (!err)
		err = ctx ? vzctx_genl_fill_ctx(skb, ctx) :
			    vzctx_genl_fill_info(skb);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static int genl_info_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = vzctx_may_netlink(skb, info->extack);

	return err ?: reply(info, VZCTX_CMD_INFO, NULL);
}

static struct vzctx *find_named(struct genl_info *info)
{
	struct vzctx *ctx;

	if (!info->attrs[VZCTX_A_CTID]) {
		NL_SET_ERR_MSG(info->extack, "the ctid is missing");
		return ERR_PTR(-EINVAL);
	}
	ctx = vzctx_find(nla_get_u32(info->attrs[VZCTX_A_CTID]));
	if (!ctx) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VZCTX_A_CTID],
				    "no running container with this ctid");
		return ERR_PTR(-ENOENT);
	}
	return ctx;
}

static int genl_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vzctx *ctx;
	int err = vzctx_may_netlink(skb, info->extack);

	if (err)
		return err;
	ctx = find_named(info);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	err = reply(info, VZCTX_CMD_GET, ctx);
	vzctx_put(ctx);
	return err;
}

static int genl_destroy_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vzctx *ctx;
	int err = vzctx_may_netlink(skb, info->extack);

	if (err)
		return err;
	ctx = find_named(info);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	vzctx_kill(ctx);
	vzctx_put(ctx);
	return 0;
}

static int genl_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *fd = info->attrs[VZCTX_A_FREEZER];
	struct vzctx_limit limit[UB_RESOURCES];
	struct file *freezer = NULL;
	struct vzctx *ctx;
	u32 flags = 0;
	int nr, err = vzctx_may_netlink(skb, info->extack);

	if (err)
		return err;
	if (info->attrs[VZCTX_A_FLAGS])
		flags = nla_get_u32(info->attrs[VZCTX_A_FLAGS]);
	if (flags & ~__VZCTX_F_ALL) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VZCTX_A_FLAGS],
				    "unknown flag");
		return -EOPNOTSUPP;
	}
	nr = parse_limits(info->attrs[VZCTX_A_BCS], limit, info->extack);
	if (nr < 0)
		return nr;
	if (!nr) {
		NL_SET_ERR_MSG(info->extack, "no limit is given");
		return -EINVAL;
	}
	ctx = find_named(info);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	if (fd)
		freezer = vzctx_on_limit_open(nla_get_u32(fd), info->extack);
	if (IS_ERR(freezer)) {
		vzctx_put(ctx);
		return PTR_ERR(freezer);
	}
	err = -EINTR;
	if (mutex_lock_killable(&vzctx_control))
		goto out_put;
	err = vzctx_check_limits(ctx, limit, nr, freezer, info->extack);
	if (!err && !(flags & VZCTX_F_DRY_RUN)) {
		vzctx_set_limits(ctx, limit, nr);
		if (freezer)
			vzctx_on_limit_attach(ctx, freezer);
		freezer = NULL;
	}
	mutex_unlock(&vzctx_control);
out_put:
	if (freezer)
		fput(freezer);
	vzctx_put(ctx);
	return err;
}

static int genl_create_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vzctx_limit limit[UB_RESOURCES];
	struct pid *pid;
	int nr, err = vzctx_may_netlink(skb, info->extack);

	if (err)
		return err;
	if (!info->attrs[VZCTX_A_CTID] || !info->attrs[VZCTX_A_PID]) {
		NL_SET_ERR_MSG(info->extack, "the ctid or the pid is missing");
		return -EINVAL;
	}
	nr = parse_limits(info->attrs[VZCTX_A_BCS], limit, info->extack);
	if (nr < 0)
		return nr;
	pid = find_get_pid(nla_get_u32(info->attrs[VZCTX_A_PID]));
	if (!pid) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VZCTX_A_PID],
				    "no such task");
		return -ESRCH;
	}
	err = vzctx_bind(nla_get_u32(info->attrs[VZCTX_A_CTID]), pid, limit,
			 nr, info->extack);
	put_pid(pid);
	return err;
}

static int genl_ip_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vzctx *ctx;
	int err = vzctx_may_netlink(skb, info->extack);

	if (err)
		return err;
	ctx = find_named(info);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	err = vzctx_genl_ip_change(&family, info, ctx);
	vzctx_put(ctx);
	return err;
}

static int genl_res_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err = vzctx_may_netlink(cb->skb, cb->extack);
	u32 id = cb->args[0];
	void *hdr;

	if (err)
		return err;
	for (; id < UB_RESOURCES; id++) {
		if (!vzctx_res_find(id))
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &family, NLM_F_MULTI,
				  VZCTX_CMD_RES);
		if (!hdr)
			break;
		if (vzctx_genl_fill_res(skb, id)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
	}
	cb->args[0] = id;
	return skb->len;
}

static int genl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err = vzctx_may_netlink(cb->skb, cb->extack);
	struct vzctx *ctx;
	void *hdr;

	if (err)
		return err;
	while ((ctx = vzctx_next(cb->args[0]))) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &family, NLM_F_MULTI,
				  VZCTX_CMD_GET);
		if (!hdr || vzctx_genl_fill_ctx(skb, ctx)) {
			if (hdr)
				genlmsg_cancel(skb, hdr);
			vzctx_put(ctx);
			break;
		}
		genlmsg_end(skb, hdr);
		cb->args[0] = ctx->serial;
		vzctx_put(ctx);
	}
	return skb->len;
}

static int genl_last_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vzctx_genl_last_dump(&family, skb, cb);
}

static int genl_why_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vzctx_genl_why_dump(&family, skb, cb);
}

static int genl_ip_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return vzctx_genl_ip_dump(&family, skb, cb);
}

#define POLICY(_policy)						\
	.policy = (_policy), .maxattr = ARRAY_SIZE(_policy) - 1

static const struct genl_ops ops[] = {
	{ .cmd = VZCTX_CMD_INFO, .doit = genl_info_doit,
	  POLICY(nothing_policy) },
	{ .cmd = VZCTX_CMD_RES, .dumpit = genl_res_dumpit,
	  POLICY(nothing_policy) },
	{ .cmd = VZCTX_CMD_CREATE, .doit = genl_create_doit,
	  POLICY(create_policy) },
	{ .cmd = VZCTX_CMD_DESTROY, .doit = genl_destroy_doit,
	  POLICY(get_policy) },
	{ .cmd = VZCTX_CMD_SET, .doit = genl_set_doit,
	  POLICY(set_policy) },
	{ .cmd = VZCTX_CMD_GET, .doit = genl_get_doit,
	  .dumpit = genl_get_dumpit, POLICY(get_policy) },
	{ .cmd = VZCTX_CMD_LAST, .dumpit = genl_last_dumpit,
	  POLICY(get_policy) },
	{ .cmd = VZCTX_CMD_WHY, .dumpit = genl_why_dumpit,
	  POLICY(get_policy) },
	{ .cmd = VZCTX_CMD_IP_ADD, .doit = genl_ip_doit,
	  POLICY(ip_policy) },
	{ .cmd = VZCTX_CMD_IP_DEL, .doit = genl_ip_doit,
	  POLICY(ip_policy) },
	{ .cmd = VZCTX_CMD_IP, .dumpit = genl_ip_dumpit,
	  POLICY(nothing_policy) },
};

static const struct genl_multicast_group groups[] = {
	{ .name = VZCTX_GENL_GROUP_EVENTS, .flags = GENL_MCAST_CAP_SYS_ADMIN },
};

/* parallel_ops: installing hooks takes long and must not hold up others. */
static struct genl_family family __ro_after_init = {
	.name = VZCTX_GENL_NAME,
	.version = VZCTX_GENL_VERSION,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	.resv_start_op = VZCTX_CMD_INFO,
	.parallel_ops = true,
	.netnsok = false,
};

/**
 * vzctx_genl_send() - tells listeners
 * @event: what happened
 *
 * Does nothing while the family is not registered or has no listener. May sleep.
 */
void vzctx_genl_send(const struct vzctx_event *event)
{
	struct sk_buff *skb;
	void *hdr;

	if (!READ_ONCE(registered))
		return;
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &family, 0, VZCTX_CMD_EVENT);
	if (!hdr || vzctx_genl_fill_event(skb, event)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast(&family, skb, 0, 0, GFP_KERNEL);
}

int __init vzctx_genl_init(void)
{
	int err = genl_register_family(&family);

	if (!err)
		WRITE_ONCE(registered, true);
	return err;
}

/* No request is being answered any more on return; a dump may be pending. */
void vzctx_genl_uninit(void)
{
	WRITE_ONCE(registered, false);
	genl_unregister_family(&family);
}
