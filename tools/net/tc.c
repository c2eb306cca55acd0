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

static int put_gact(struct nl_msg *msg, int verdict)
{
	struct tc_gact parms = { .action = verdict };

	return nla_put(msg, TCA_GACT_PARMS, sizeof(parms), &parms);
}

uint64_t tc_burst(uint32_t kbit)
{
	uint64_t second = kbit * 125ULL;

	return second > 131072 ? second : 131072;
}

/* What is more is dropped, for what is not the other rules decide. */
static int put_police(struct nl_msg *msg, uint32_t kbit)
{
	static const unsigned char unused[TC_RTAB_SIZE];
	uint64_t rate = kbit * 125ULL;
	/* In the kernel's ticks of 64 ns. */
	uint64_t burst = tc_burst(kbit) * 1000000000ULL / rate / 64;
	struct tc_police parms = {
		.action = TC_ACT_SHOT, .mtu = 1 << 20,
		.burst = burst < UINT32_MAX ? burst : UINT32_MAX,
		.rate = { .cell_log = 3, .linklayer = TC_LINKLAYER_ETHERNET,
			  .rate = rate < UINT32_MAX ? rate : UINT32_MAX },
	};

	return nla_put(msg, TCA_POLICE_TBF, sizeof(parms), &parms) ||
	       nla_put(msg, TCA_POLICE_RATE, sizeof(unused), unused) ||
	       nla_put_u32(msg, TCA_POLICE_RESULT, TC_ACT_UNSPEC);
}

/* struct rule - the packets that it is about, and what becomes of them */
struct rule {
	uint32_t side;
	uint32_t kbit;		/* 0: */
	int verdict;
	int attr, mask_attr;	/* of flower; 0: about all that are left */
	const unsigned char *mac, *mask;
};

/* The actions of a filter: one. */
static int put_action(struct nl_msg *msg, const struct rule *r)
{
	struct nlattr *all = nla_nest_start(msg, r->attr ? TCA_FLOWER_ACT :
					    TCA_MATCHALL_ACT);
	struct nlattr *one = all ? nla_nest_start(msg, 1) : NULL, *opts;

	if (!one || nla_put_string(msg, TCA_ACT_KIND, r->kbit ? "police" : "gact"))
		return -ENOMEM;
	opts = nla_nest_start(msg, TCA_ACT_OPTIONS);
	if (!opts || (r->kbit ? put_police(msg, r->kbit) :
				put_gact(msg, r->verdict)))
		return -ENOMEM;
	nla_nest_end(msg, opts);
	nla_nest_end(msg, one);
	nla_nest_end(msg, all);
	return 0;
}

static int put_rule(struct nl_msg *msg, const struct rule *r)
{
	struct nlattr *opts;

	if (nla_put_string(msg, TCA_KIND, r->attr ? "flower" : "matchall"))
		return -ENOMEM;
	opts = nla_nest_start(msg, TCA_OPTIONS);
	if (!opts || (r->attr && (nla_put(msg, r->attr, MAC_LEN, r->mac) ||
				  nla_put(msg, r->mask_attr, MAC_LEN, r->mask))) ||
	    put_action(msg, r))
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

int tc_set(struct rtnl *rt, uint32_t link, const unsigned char mac[MAC_LEN],
	   uint32_t kbit)
{
	static const unsigned char whole[] = { 255, 255, 255, 255, 255, 255 };
	static const unsigned char group[MAC_LEN] = { 1 };
	const struct rule limits[] = {
		{ .side = FROM, .kbit = kbit }, { .side = TO, .kbit = kbit },
	};
	const struct rule filter[] = {
		{ FROM, 0, TC_ACT_OK, TCA_FLOWER_KEY_ETH_SRC,
		  TCA_FLOWER_KEY_ETH_SRC_MASK, mac, whole },
		{ FROM, 0, TC_ACT_SHOT, 0, 0, NULL, NULL },
		{ TO, 0, TC_ACT_OK, TCA_FLOWER_KEY_ETH_DST,
		  TCA_FLOWER_KEY_ETH_DST_MASK, mac, whole },
		{ TO, 0, TC_ACT_OK, TCA_FLOWER_KEY_ETH_DST,
		  TCA_FLOWER_KEY_ETH_DST_MASK, group, group },
		{ TO, 0, TC_ACT_SHOT, 0, 0, NULL, NULL },
	};
	int ret = clsact(rt, link, false), prio = 0;

	/* There was none, or no traffic control at all. */
	if (ret == -EINVAL || ret == -ENOENT || ret == -EOPNOTSUPP)
		ret = 0;
	if (!ret && (mac || kbit))
		ret = clsact(rt, link, true);
	for (size_t i = 0; !ret && kbit && i < sizeof(limits) / sizeof(*limits); i++)
		ret = add_rule(rt, link, ++prio, &limits[i]);
	for (size_t i = 0; !ret && mac && i < sizeof(filter) / sizeof(*filter); i++)
		ret = add_rule(rt, link, ++prio, &filter[i]);
	return ret;
}
