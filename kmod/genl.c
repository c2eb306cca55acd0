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

#include "bind.h"
#include "ctx.h"
#include "event.h"
#include "genl.h"
#include "hook.h"
#include "limit.h"
#include "version.h"

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

static const struct nla_policy set_policy[VZCTX_A_BCS + 1] = {
	[VZCTX_A_CTID] = NLA_POLICY_FULL_RANGE(NLA_U32, &ctid_range),
	[VZCTX_A_FLAGS] = { .type = NLA_U32 },
	[VZCTX_A_BCS] = NLA_POLICY_NESTED(bcs_policy),
};

static const struct nla_policy create_policy[VZCTX_A_BCS + 1] = {
	[VZCTX_A_CTID] = NLA_POLICY_FULL_RANGE(NLA_U32, &ctid_range),
	[VZCTX_A_PID] = NLA_POLICY_FULL_RANGE(NLA_U32, &pid_range),
	[VZCTX_A_BCS] = NLA_POLICY_NESTED(bcs_policy),
};

/*
 * Asks about the task at hand each time: a socket may have been handed over,
 * and a dump may be continued by somebody else. The opener is asked as well,
 * so that a privileged program cannot be talked into answering on a socket
 * that is not its own.
 */
static int permitted(struct sk_buff *request, struct netlink_ext_ack *extack)
{
	struct socket *sock = NETLINK_CB(request).sk->sk_socket;
	struct vzctx *ctx;

	if (!capable(CAP_SYS_ADMIN) || !sock || !sock->file ||
	    !file_ns_capable(sock->file, &init_user_ns, CAP_SYS_ADMIN)) {
		NL_SET_ERR_MSG(extack, "needs CAP_SYS_ADMIN in the initial user namespace");
		return -EPERM;
	}
	ctx = vzctx_get_of_current();
	if (ctx) {
		vzctx_put(ctx);
		NL_SET_ERR_MSG(extack, "not from inside a container");
		return -EPERM;
	}
	return 0;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, VZCTX_A_PAD);
}

/* Answers */

static int fill_info(struct sk_buff *skb)
{
	if (nla_put_u32(skb, VZCTX_A_ABI, VZCTX_ABI) ||
	    nla_put_string(skb, VZCTX_A_VERSION, VZCTX_VERSION) ||
	    put_u64(skb, VZCTX_A_ERRATA, 0) ||
	    nla_put_u32(skb, VZCTX_A_HOOKS, vzctx_hook_count()) ||
	    nla_put_u32(skb, VZCTX_A_LINGER, vzctx_linger()))
		return -EMSGSIZE;
	return 0;
}

static int fill_res(struct sk_buff *skb, u32 id)
{
	const struct vzctx_res *res = &vzctx_res[id];
	bool active = vzctx_res_active(id);
	struct nlattr *nest;

	nest = nla_nest_start(skb, VZCTX_A_RES);
	if (!nest ||
	    nla_put_u32(skb, VZCTX_RES_A_ID, id) ||
	    nla_put_string(skb, VZCTX_RES_A_NAME, res->name) ||
	    nla_put_u32(skb, VZCTX_RES_A_UNIT, res->unit) ||
	    nla_put_u32(skb, VZCTX_RES_A_COUNTED,
			active ? res->counted : VZCTX_COUNTED_NO) ||
	    nla_put_u32(skb, VZCTX_RES_A_ENFORCED,
			active ? res->enforced : VZCTX_ENFORCED_NO) ||
	    nla_put_u32(skb, VZCTX_RES_A_ERRNO, res->err) ||
	    nla_put_string(skb, VZCTX_RES_A_NOTE,
			   active || res->counted == VZCTX_COUNTED_NO ?
			   res->note : "a kernel function could not be hooked; see the kernel log"))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_bc(struct sk_buff *skb, u32 id,
		   const struct vzctx_bc_state *bc)
{
	struct nlattr *nest = nla_nest_start(skb, VZCTX_A_BC);

	if (!nest ||
	    nla_put_u32(skb, VZCTX_BC_A_ID, id) ||
	    nla_put_u64_64bit(skb, VZCTX_BC_A_HELD, bc->held,
			      VZCTX_BC_A_PAD) ||
	    nla_put_u64_64bit(skb, VZCTX_BC_A_MAXHELD, bc->maxheld,
			      VZCTX_BC_A_PAD) ||
	    nla_put_u64_64bit(skb, VZCTX_BC_A_BARRIER, bc->barrier,
			      VZCTX_BC_A_PAD) ||
	    nla_put_u64_64bit(skb, VZCTX_BC_A_LIMIT, bc->limit,
			      VZCTX_BC_A_PAD) ||
	    nla_put_u64_64bit(skb, VZCTX_BC_A_FAILCNT, bc->failcnt,
			      VZCTX_BC_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_ctx(struct sk_buff *skb, struct vzctx *ctx)
{
	enum vzctx_state state = READ_ONCE(ctx->state);
	struct vzctx_bc_state bc;
	struct nlattr *nest;
	u32 id;

	if (nla_put_u32(skb, VZCTX_A_CTID, ctx->ctid) ||
	    nla_put_u32(skb, VZCTX_A_STATE, state) ||
	    nla_put_u32(skb, VZCTX_A_PID, vzctx_init_pid(ctx)) ||
	    put_u64(skb, VZCTX_A_SINCE, ctx->since) ||
	    put_u64(skb, VZCTX_A_OBJECTS, vzctx_objects(ctx)) ||
	    put_u64(skb, VZCTX_A_DROPPED, vzctx_news_dropped(&ctx->news)))
		return -EMSGSIZE;

	nest = nla_nest_start(skb, VZCTX_A_BCS);
	if (!nest)
		return -EMSGSIZE;
	for (id = 0; id < UB_RESOURCES; id++) {
		if (!vzctx_res_find(id))
			continue;
		vzctx_bc_read(&ctx->bc[id], &bc);
		if (fill_bc(skb, id, &bc))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_event(struct sk_buff *skb, const struct vzctx_event *event)
{
	struct nlattr *nest = nla_nest_start(skb, VZCTX_A_EVENT);

	if (!nest ||
	    nla_put_u32(skb, VZCTX_EVENT_A_TYPE, event->type) ||
	    nla_put_u32(skb, VZCTX_EVENT_A_CTID, event->ctid) ||
	    nla_put_u64_64bit(skb, VZCTX_EVENT_A_TIME, event->time,
			      VZCTX_EVENT_A_PAD))
		return -EMSGSIZE;
	if (event->type == VZCTX_EVENT_LIMIT &&
	    (nla_put_u32(skb, VZCTX_EVENT_A_ID, event->res) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_HELD, event->bc.held,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_BARRIER, event->bc.barrier,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_LIMIT, event->bc.limit,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_FAILCNT, event->bc.failcnt,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_WANTED, event->wanted,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u32(skb, VZCTX_EVENT_A_PID, event->pid) ||
	     nla_put_string(skb, VZCTX_EVENT_A_COMM, event->comm) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_DROPPED, event->dropped,
			       VZCTX_EVENT_A_PAD)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

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
		    (!tb[VZCTX_BC_A_BARRIER] && !tb[VZCTX_BC_A_LIMIT])) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "a limit needs a resource id, and a barrier or a limit");
			return -EINVAL;
		}
		*l = (struct vzctx_limit) {
			.res = nla_get_u32(tb[VZCTX_BC_A_ID]),
			.has_barrier = tb[VZCTX_BC_A_BARRIER],
			.has_limit = tb[VZCTX_BC_A_LIMIT],
		};
		if (l->has_barrier)
			l->barrier = nla_get_u64(tb[VZCTX_BC_A_BARRIER]);
		if (l->has_limit)
			l->limit = nla_get_u64(tb[VZCTX_BC_A_LIMIT]);
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
		err = ctx ? fill_ctx(skb, ctx) : fill_info(skb);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static int genl_info_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = permitted(skb, info->extack);

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
	int err = permitted(skb, info->extack);

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
	int err = permitted(skb, info->extack);

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
	struct vzctx_limit limit[UB_RESOURCES];
	struct vzctx *ctx;
	u32 flags = 0;
	int nr, err = permitted(skb, info->extack);

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
	mutex_lock(&vzctx_control);
	err = vzctx_check_limits(ctx, limit, nr, info->extack);
	if (!err && !(flags & VZCTX_F_DRY_RUN))
		vzctx_set_limits(ctx, limit, nr);
	mutex_unlock(&vzctx_control);
	vzctx_put(ctx);
	return err;
}

static int genl_create_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vzctx_limit limit[UB_RESOURCES];
	struct pid *pid;
	int nr, err = permitted(skb, info->extack);

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
	if (err)
		put_pid(pid);
	return err;
}

static int genl_res_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err = permitted(cb->skb, cb->extack);
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
		if (fill_res(skb, id)) {
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
	int err = permitted(cb->skb, cb->extack);
	struct vzctx *ctx;
	void *hdr;

	if (err)
		return err;
	while ((ctx = vzctx_next(cb->args[0]))) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &family, NLM_F_MULTI,
				  VZCTX_CMD_GET);
		if (!hdr || fill_ctx(skb, ctx)) {
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
 * Silently nothing when the door is shut or nobody listens. May sleep.
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
	if (!hdr || fill_event(skb, event)) {
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
