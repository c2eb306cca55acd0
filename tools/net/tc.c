// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the kernel's traffic control does with a device's packets
 */
#include <arpa/inet.h>
#include <errno.h>

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_gact.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "net/rtnl_talk.h"
#include "net/tc.h"

/* From the container packets come in, to it they go out. */
#define FROM	TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define TO	TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)

static int clsact(struct rtnl *rt, uint32_t link, bool add)
{
	struct tcmsg head = {
		.tcm_family = AF_UNSPEC, .tcm_ifindex = link,
		.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
		.tcm_parent = TC_H_CLSACT,
	};
	struct nl_msg *msg = rtnl_begin(add ? RTM_NEWQDISC : RTM_DELQDISC,
					NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0),
					&head, sizeof(head));

	return rtnl_talk(rt, msg, msg ? nla_put_string(msg, TCA_KIND, "clsact") : 0);
}

/* The actions of a filter: one, which decides. */
static int put_verdict(struct nl_msg *msg, int attr, int verdict)
{
	struct tc_gact parms = { .action = verdict };
	struct nlattr *all = nla_nest_start(msg, attr), *one, *opts;

	one = all ? nla_nest_start(msg, 1) : NULL;
	if (!one || nla_put_string(msg, TCA_ACT_KIND, "gact"))
		return -ENOMEM;
	opts = nla_nest_start(msg, TCA_ACT_OPTIONS);
	if (!opts || nla_put(msg, TCA_GACT_PARMS, sizeof(parms), &parms))
		return -ENOMEM;
	nla_nest_end(msg, opts);
	nla_nest_end(msg, one);
	nla_nest_end(msg, all);
	return 0;
}

/* struct rule - the packets that it is about, and what becomes of them */
struct rule {
	uint32_t side;
	int verdict;
	int attr, mask_attr;	/* of flower; 0: about all that are left */
	const unsigned char *mac, *mask;
};

static int put_rule(struct nl_msg *msg, const struct rule *r)
{
	struct nlattr *opts;

	if (nla_put_string(msg, TCA_KIND, r->attr ? "flower" : "matchall"))
		return -ENOMEM;
	opts = nla_nest_start(msg, TCA_OPTIONS);
	if (!opts || (r->attr && (nla_put(msg, r->attr, MAC_LEN, r->mac) ||
				  nla_put(msg, r->mask_attr, MAC_LEN, r->mask))) ||
	    put_verdict(msg, r->attr ? TCA_FLOWER_ACT : TCA_MATCHALL_ACT, r->verdict))
		return -ENOMEM;
	nla_nest_end(msg, opts);
	return 0;
}

/* @prio: rules are tried in its order */
static int add_rule(struct rtnl *rt, uint32_t link, unsigned int prio,
		    const struct rule *r)
{
	struct tcmsg head = {
		.tcm_family = AF_UNSPEC, .tcm_ifindex = link,
		.tcm_parent = r->side,
		.tcm_info = TC_H_MAKE(prio << 16, htons(ETH_P_ALL)),
	};
	struct nl_msg *msg = rtnl_begin(RTM_NEWTFILTER, NLM_F_ACK | NLM_F_CREATE |
					NLM_F_EXCL, &head, sizeof(head));

	return rtnl_talk(rt, msg, msg ? put_rule(msg, r) : 0);
}

int tc_mac_filter(struct rtnl *rt, uint32_t link,
		  const unsigned char mac[MAC_LEN])
{
	static const unsigned char whole[] = { 255, 255, 255, 255, 255, 255 };
	static const unsigned char group[MAC_LEN] = { 1 };
	const struct rule rules[] = {
		{ FROM, TC_ACT_OK, TCA_FLOWER_KEY_ETH_SRC,
		  TCA_FLOWER_KEY_ETH_SRC_MASK, mac, whole },
		{ FROM, TC_ACT_SHOT, 0, 0, NULL, NULL },
		{ TO, TC_ACT_OK, TCA_FLOWER_KEY_ETH_DST,
		  TCA_FLOWER_KEY_ETH_DST_MASK, mac, whole },
		{ TO, TC_ACT_OK, TCA_FLOWER_KEY_ETH_DST,
		  TCA_FLOWER_KEY_ETH_DST_MASK, group, group },
		{ TO, TC_ACT_SHOT, 0, 0, NULL, NULL },
	};
	int ret = clsact(rt, link, false);

	/* There was none, or no traffic control at all. */
	if (ret == -EINVAL || ret == -ENOENT || ret == -EOPNOTSUPP)
		ret = 0;
	if (!ret && mac)
		ret = clsact(rt, link, true);
	for (size_t i = 0; !ret && mac && i < sizeof(rules) / sizeof(*rules); i++)
		ret = add_rule(rt, link, i + 1, &rules[i]);
	return ret;
}
