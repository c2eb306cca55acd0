// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - asking the kernel for network devices
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "net/rtnl_link.h"
#include "net/rtnl_talk.h"

static void take_text(char *buf, size_t size, const struct nlattr *a)
{
	*buf = '\0';
	if (a && (size_t)nla_len(a) <= size)
		snprintf(buf, size, "%.*s", nla_len(a),
			 (const char *)nla_data(a));
}

static uint32_t take_u32(const struct nlattr *a)
{
	return a && nla_len(a) >= 4 ? nla_get_u32(a) : 0;
}

/* Newer kernels count more, behind these. */
static void take_counts(struct rtnl_link *out, const struct nlattr *a)
{
	struct rtnl_link_stats64 st = { 0 };
	size_t len = nla_len(a);

	memcpy(&st, nla_data(a), len < sizeof(st) ? len : sizeof(st));
	out->received = (struct rtnl_count){ st.rx_bytes, st.rx_packets };
	out->sent = (struct rtnl_count){ st.tx_bytes, st.tx_packets };
}

static int parse(struct nlmsghdr *nlh, struct rtnl_link *out)
{
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	struct ifinfomsg *head = nlmsg_data(nlh);

	*out = (struct rtnl_link){ 0 };
	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(nlh, sizeof(*head), tb, IFLA_MAX, NULL) < 0)
		return -EBADMSG;
	out->index = head->ifi_index;
	out->up = head->ifi_flags & IFF_UP;
	out->peer = take_u32(tb[IFLA_LINK]);
	out->master = take_u32(tb[IFLA_MASTER]);
	take_text(out->name, sizeof(out->name), tb[IFLA_IFNAME]);
	take_text(out->alias, sizeof(out->alias), tb[IFLA_IFALIAS]);
	take_text(out->parent, sizeof(out->parent), tb[IFLA_PARENT_DEV_NAME]);
	if (tb[IFLA_STATS64])
		take_counts(out, tb[IFLA_STATS64]);
	out->has_mac = tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == MAC_LEN;
	if (out->has_mac)
		memcpy(out->mac, nla_data(tb[IFLA_ADDRESS]), MAC_LEN);
	if (tb[IFLA_LINKINFO] &&
	    !nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL))
		take_text(out->kind, sizeof(out->kind), info[IFLA_INFO_KIND]);
	return 0;
}

static int keep_one(struct rtnl *rt, struct nlmsghdr *nlh)
{
	return parse(nlh, rt->arg);
}

int rtnl_link_named(struct rtnl *rt, const char *name, struct rtnl_link *out)
{
	struct ifinfomsg head = { 0 };
	struct nl_msg *msg = rtnl_begin(RTM_GETLINK, NLM_F_ACK, &head,
					sizeof(head));

	return rtnl_ask(rt, msg, msg ? nla_put_string(msg, IFLA_IFNAME, name) : 0,
			keep_one, out);
}

int rtnl_link_get(struct rtnl *rt, uint32_t index, struct rtnl_link *out)
{
	struct ifinfomsg head = { .ifi_index = index };

	return rtnl_ask(rt, rtnl_begin(RTM_GETLINK, NLM_F_ACK, &head,
				       sizeof(head)), 0, keep_one, out);
}

struct each {
	int (*fn)(const struct rtnl_link *l, void *arg);
	void *arg;
};

static int call_each(struct rtnl *rt, struct nlmsghdr *nlh)
{
	struct each *e = rt->arg;
	struct rtnl_link l;
	int ret = parse(nlh, &l);

	return ret ? ret : e->fn(&l, e->arg);
}

int rtnl_links(struct rtnl *rt, int (*fn)(const struct rtnl_link *l, void *arg),
	       void *arg)
{
	struct ifinfomsg head = { 0 };
	struct each e = { fn, arg };

	return rtnl_ask(rt, rtnl_begin(RTM_GETLINK, NLM_F_DUMP, &head,
				       sizeof(head)), 0, call_each, &e);
}

int rtnl_link_up(struct rtnl *rt, uint32_t link)
{
	struct rtnl_change c = RTNL_CHANGE;

	c.up = 1;
	return rtnl_link_set(rt, link, &c);
}

int rtnl_is_venet(struct rtnl *rt, uint32_t link)
{
	struct rtnl_link l;
	int ret = rtnl_link_get(rt, link, &l);

	return ret ? ret : strcmp(l.kind, "venet") ? -ENODEV : 0;
}

static int put_end(struct nl_msg *msg, const struct rtnl_end *e)
{
	return nla_put_string(msg, IFLA_IFNAME, e->name) ||
	       (e->mac && nla_put(msg, IFLA_ADDRESS, MAC_LEN, e->mac));
}

/* What stands for the other end is a whole message of its own, inside. */
static int put_peer(struct nl_msg *msg, const struct rtnl_end *e, int net)
{
	struct ifinfomsg head = { 0 };
	struct nlattr *peer = nla_nest_start(msg, VETH_INFO_PEER);

	if (!peer || nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) ||
	    put_end(msg, e) || nla_put_u32(msg, IFLA_NET_NS_FD, net))
		return -ENOMEM;
	nla_nest_end(msg, peer);
	return 0;
}

static int put_veth(struct nl_msg *msg, const struct rtnl_end *e, int net)
{
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data;

	if (!info || nla_put_string(msg, IFLA_INFO_KIND, "veth"))
		return -ENOMEM;
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	if (!data || put_peer(msg, e, net))
		return -ENOMEM;
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return 0;
}

int rtnl_veth(struct rtnl *rt, const struct rtnl_end *here,
	      const struct rtnl_end *there, int net)
{
	struct ifinfomsg head = { 0 };
	struct nl_msg *msg = rtnl_begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE |
					NLM_F_EXCL, &head, sizeof(head));

	return rtnl_talk(rt, msg, msg ? put_end(msg, here) ||
			 put_veth(msg, there, net) : 0);
}

int rtnl_link_del(struct rtnl *rt, uint32_t link)
{
	struct ifinfomsg head = { .ifi_index = link };

	return rtnl_talk(rt, rtnl_begin(RTM_DELLINK, NLM_F_ACK, &head,
					sizeof(head)), 0);
}

static int put_change(struct nl_msg *msg, const struct rtnl_change *c)
{
	return (c->name && nla_put_string(msg, IFLA_IFNAME, c->name)) ||
	       (c->alias && nla_put_string(msg, IFLA_IFALIAS, c->alias)) ||
	       (c->mac && nla_put(msg, IFLA_ADDRESS, MAC_LEN, c->mac)) ||
	       (c->master >= 0 && nla_put_u32(msg, IFLA_MASTER, c->master)) ||
	       (c->net >= 0 && nla_put_u32(msg, IFLA_NET_NS_FD, c->net));
}

int rtnl_link_set(struct rtnl *rt, uint32_t link, const struct rtnl_change *c)
{
	struct ifinfomsg head = {
		.ifi_index = link,
		.ifi_flags = c->up > 0 ? IFF_UP : 0,
		.ifi_change = c->up >= 0 ? IFF_UP : 0,
	};
	struct nl_msg *msg = rtnl_begin(RTM_NEWLINK, NLM_F_ACK, &head,
					sizeof(head));

	return rtnl_talk(rt, msg, msg ? put_change(msg, c) : 0);
}
