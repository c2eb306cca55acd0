// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - door: addresses, by generic netlink
 *
 * Translates only. What the messages mean is said in <linux/vzctx.h>.
 */
#include <net/genetlink.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "door/genl_net.h"
#include "door/may.h"
#include "net/address.h"
#include "net/port.h"
#include "net/venet.h"

static int reply_links(struct genl_family *family, struct genl_info *info,
		       struct sk_buff *skb, struct vzctx *ctx)
{
	void *hdr = genlmsg_put_reply(skb, info, family, 0, info->genlhdr->cmd);

	if (!hdr || nla_put_u32(skb, VZCTX_A_LINK, vzctx_port_link(ctx->port)) ||
	    nla_put_u32(skb, VZCTX_A_HOST_LINK,
			vzctx_port_link(&vzctx_host_port))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/**
 * vzctx_genl_ip_change() - answers VZCTX_CMD_IP_ADD and VZCTX_CMD_IP_DEL
 * @family: ours
 * @info: the request; its caller may make it
 * @ctx: the context it names
 *
 * Return: as a doit.
 */
int vzctx_genl_ip_change(struct genl_family *family, struct genl_info *info,
			 struct vzctx *ctx)
{
	bool add = info->genlhdr->cmd == VZCTX_CMD_IP_ADD;
	struct sk_buff *skb;
	struct in6_addr ip;
	int err;

	if (!info->attrs[VZCTX_A_IP]) {
		NL_SET_ERR_MSG(info->extack, "the address is missing");
		return -EINVAL;
	}
	ip = nla_get_in6_addr(info->attrs[VZCTX_A_IP]);
	/* First, since afterwards nothing may fail any more. */
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	err = add ? vzctx_port_give(ctx, &ip, info->extack) :
		    vzctx_address_del(ctx, &ip, info->extack);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return reply_links(family, info, skb, ctx);
}

static bool put_ip(struct genl_family *family, struct sk_buff *skb,
		   struct netlink_callback *cb, u32 ctid,
		   const struct in6_addr *ip)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, family, NLM_F_MULTI,
				VZCTX_CMD_IP);

	if (!hdr)
		return false;
	if (nla_put_u32(skb, VZCTX_A_CTID, ctid) ||
	    nla_put_in6_addr(skb, VZCTX_A_IP, ip)) {
		genlmsg_cancel(skb, hdr);
		return false;
	}
	genlmsg_end(skb, hdr);
	return true;
}

/**
 * vzctx_genl_ip_dump() - answers VZCTX_CMD_IP
 * @family: ours
 * @skb: to be filled
 * @cb: the dump: args[0] is the serial of the context that is done, args[1] how
 *	many addresses of the next one are
 *
 * Return: as a dumpit.
 */
int vzctx_genl_ip_dump(struct genl_family *family, struct sk_buff *skb,
		       struct netlink_callback *cb)
{
	int err = vzctx_may_netlink(cb->skb, cb->extack);
	struct in6_addr ip;
	struct vzctx *ctx;
	bool fits = true;

	if (err)
		return err;
	while (fits && (ctx = vzctx_next(cb->args[0]))) {
		while (fits && vzctx_address_nth(ctx, cb->args[1], &ip)) {
			fits = put_ip(family, skb, cb, ctx->ctid, &ip);
			cb->args[1] += fits;
		}
		if (fits) {
			cb->args[0] = ctx->serial;
			cb->args[1] = 0;
		}
		vzctx_put(ctx);
	}
	return skb->len;
}
