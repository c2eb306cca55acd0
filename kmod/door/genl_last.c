// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - door: what generic netlink tells of the past
 *
 * Translates only. What the messages mean is said in <linux/vzctx.h>.
 */
#include <net/genetlink.h>

#include "door/genl_fill.h"
#include "door/genl_last.h"
#include "door/may.h"
#include "pay/ended.h"

/* The id the request names, checked by the policy; 0 for none. */
static u32 asked_for(struct genl_family *family, struct netlink_callback *cb)
{
	const struct nlattr *attr;

	attr = nlmsg_find_attr(cb->nlh, GENL_HDRLEN + family->hdrsize,
			       VZCTX_A_CTID);
	return attr ? nla_get_u32(attr) : 0;
}

static void *begin(struct genl_family *family, struct sk_buff *skb,
		   struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   family, NLM_F_MULTI, cmd);
}

/* One message; false if there is no room for it. */
static bool put_last(struct genl_family *family, struct sk_buff *skb,
		     struct netlink_callback *cb,
		     const struct vzctx_ended *last)
{
	void *hdr = begin(family, skb, cb, VZCTX_CMD_LAST);
	int err;

	if (!hdr)
		return false;
	vzctx_ended_lock();
	err = vzctx_genl_fill_last(skb, last);
	vzctx_ended_unlock();
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return !err;
}

/**
 * vzctx_genl_last_dump() - answers VZCTX_CMD_LAST
 * @family: ours
 * @skb: to be filled
 * @cb: the dump
 *
 * Return: as a dumpit.
 */
int vzctx_genl_last_dump(struct genl_family *family, struct sk_buff *skb,
			 struct netlink_callback *cb)
{
	int err = vzctx_may_netlink(cb->skb, cb->extack);
	u32 ctid = asked_for(family, cb);
	struct vzctx_ended *last;
	bool fits = true;

	if (err)
		return err;
	while (fits && (last = vzctx_ended_next(cb->args[0]))) {
		if (!ctid || last->ctid == ctid)
			fits = put_last(family, skb, cb, last);
		if (fits)
			cb->args[0] = last->order;
		vzctx_ended_put(last);
	}
	return skb->len;
}

/**
 * vzctx_genl_why_dump() - answers VZCTX_CMD_WHY
 * @family: ours
 * @skb: to be filled
 * @cb: the dump
 *
 * Return: as a dumpit.
 */
int vzctx_genl_why_dump(struct genl_family *family, struct sk_buff *skb,
			struct netlink_callback *cb)
{
	int err = vzctx_may_netlink(cb->skb, cb->extack);
	u32 ctid = asked_for(family, cb);
	unsigned long i = cb->args[0];
	struct vzctx_event event;
	struct vzctx_ended *last;
	void *hdr;

	if (err)
		return err;
	if (!ctid) {
		NL_SET_ERR_MSG(cb->extack, "the ctid is missing");
		return -EINVAL;
	}
	last = vzctx_ended_find(ctid);
	if (!last) {
		NL_SET_ERR_MSG(cb->extack, "no container with this ctid runs or is remembered");
		return -ENOENT;
	}
	for (; i < UB_RESOURCES * VZCTX_HITS; i++) {
		if (!vzctx_hit_get(&last->hits, i / VZCTX_HITS, i % VZCTX_HITS,
				   &event))
			continue;
		hdr = begin(family, skb, cb, VZCTX_CMD_WHY);
		if (!hdr)
			break;
		if (vzctx_genl_fill_event(skb, &event)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
	}
	cb->args[0] = i;
	vzctx_ended_put(last);
	return skb->len;
}
