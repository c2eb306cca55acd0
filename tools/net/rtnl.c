// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - asking the kernel for addresses and routes, in a network of choice
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "net/ip.h"
#include "net/rtnl.h"
#include "net/rtnl_talk.h"

static int put_ip(struct nl_msg *msg, int attr, const struct in6_addr *ip)
{
	size_t len;
	const void *bytes = ip_bytes(ip, &len);

	return nla_put(msg, attr, len, bytes);
}

static int family_of(const struct in6_addr *ip)
{
	return ip_is_v4(ip) ? AF_INET : AF_INET6;
}

static int bits_of(const struct in6_addr *ip)
{
	return ip_is_v4(ip) ? 32 : 128;
}

/* The flags of a request that makes something new, or removes it. */
static int new_or_del(bool add)
{
	return NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0);
}

int rtnl_address(struct rtnl *rt, bool add, uint32_t link,
		 const struct in6_addr *ip)
{
	struct ifaddrmsg head = {
		.ifa_family = family_of(ip), .ifa_prefixlen = bits_of(ip),
		.ifa_index = link,
	};
	struct nl_msg *msg = rtnl_begin(add ? RTM_NEWADDR : RTM_DELADDR,
					new_or_del(add), &head, sizeof(head));

	return rtnl_talk(rt, msg, msg ? put_ip(msg, IFA_LOCAL, ip) : 0);
}

static struct nl_msg *route(bool add, uint32_t link, struct rtmsg head)
{
	struct nl_msg *msg;

	head.rtm_table = RT_TABLE_MAIN;
	head.rtm_protocol = RTNL_PROTOCOL;
	head.rtm_type = RTN_UNICAST;
	msg = rtnl_begin(add ? RTM_NEWROUTE : RTM_DELROUTE, new_or_del(add),
			 &head, sizeof(head));
	if (msg && nla_put_u32(msg, RTA_OIF, link)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

int rtnl_default(struct rtnl *rt, uint32_t link, const struct in6_addr *like)
{
	struct rtmsg head = {
		.rtm_family = family_of(like), .rtm_scope = RT_SCOPE_LINK,
	};

	return rtnl_talk(rt, route(true, link, head), 0);
}

/*
 * An IPv4 address is its own next hop: behind a device without one the kernel takes
 * all for neighbours, and tells containers to reach each other without the host.
 */
int rtnl_route(struct rtnl *rt, bool add, uint32_t link,
	       const struct in6_addr *ip)
{
	bool hop = ip_is_v4(ip);
	struct rtmsg head = {
		.rtm_family = family_of(ip), .rtm_dst_len = bits_of(ip),
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_flags = hop ? RTNH_F_ONLINK : 0,
	};
	struct nl_msg *msg = route(add, link, head);

	return rtnl_talk(rt, msg, msg ? put_ip(msg, RTA_DST, ip) ||
		    (hop && put_ip(msg, RTA_GATEWAY, ip)) : 0);
}

int rtnl_proxy(struct rtnl *rt, bool add, uint32_t link,
	       const struct in6_addr *ip)
{
	struct ndmsg head = {
		.ndm_family = family_of(ip), .ndm_ifindex = link,
		.ndm_state = NUD_PERMANENT, .ndm_flags = NTF_PROXY,
	};
	struct nl_msg *msg = rtnl_begin(add ? RTM_NEWNEIGH : RTM_DELNEIGH,
					new_or_del(add) & ~NLM_F_EXCL, &head,
					sizeof(head));

	return rtnl_talk(rt, msg, msg ? put_ip(msg, NDA_DST, ip) ||
		    nla_put_u8(msg, NDA_PROTOCOL, RTNL_PROTOCOL) : 0);
}

/* Dumps */

static int keep(struct rtnl *rt, struct rtnl_row row, const struct nlattr *ip)
{
	struct rtnl_rows *rows = rt->arg;
	struct rtnl_row *v;

	if (!ip || (nla_len(ip) != 4 && nla_len(ip) != 16))
		return 0;
	v = realloc(rows->v, (rows->n + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	rows->v = v;
	row.ip = ip_from(nla_data(ip), nla_len(ip));
	v[rows->n++] = row;
	return 0;
}

static int keep_route(struct rtnl *rt, struct nlmsghdr *nlh)
{
	struct nlattr *tb[RTA_MAX + 1];
	struct rtmsg *head = nlmsg_data(nlh);
	struct rtnl_row row;

	if (nlh->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse(nlh, sizeof(*head), tb, RTA_MAX, NULL) < 0)
		return -EBADMSG;
	if (head->rtm_protocol != RTNL_PROTOCOL ||
	    head->rtm_table != RT_TABLE_MAIN || !tb[RTA_OIF] || !tb[RTA_DST] ||
	    head->rtm_dst_len != 8 * nla_len(tb[RTA_DST]))
		return 0;
	row = (struct rtnl_row){ .link = nla_get_u32(tb[RTA_OIF]), .ours = true,
				 .len = head->rtm_dst_len };
	return keep(rt, row, tb[RTA_DST]);
}

static int keep_proxy(struct rtnl *rt, struct nlmsghdr *nlh)
{
	struct nlattr *tb[NDA_MAX + 1];
	struct ndmsg *head = nlmsg_data(nlh);
	struct rtnl_row row;

	if (nlh->nlmsg_type != RTM_NEWNEIGH ||
	    nlmsg_parse(nlh, sizeof(*head), tb, NDA_MAX, NULL) < 0)
		return -EBADMSG;
	row = (struct rtnl_row){ .link = head->ndm_ifindex };
	row.ours = tb[NDA_PROTOCOL] &&
		   nla_get_u8(tb[NDA_PROTOCOL]) == RTNL_PROTOCOL;
	return keep(rt, row, tb[NDA_DST]);
}

static int keep_address(struct rtnl *rt, struct nlmsghdr *nlh)
{
	struct nlattr *tb[IFA_MAX + 1];
	struct ifaddrmsg *head = nlmsg_data(nlh);
	struct rtnl_row row;

	if (nlh->nlmsg_type != RTM_NEWADDR ||
	    nlmsg_parse(nlh, sizeof(*head), tb, IFA_MAX, NULL) < 0)
		return -EBADMSG;
	row = (struct rtnl_row){ .link = head->ifa_index,
				 .len = head->ifa_prefixlen };
	return keep(rt, row, tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS]);
}

static int dump(struct rtnl *rt, int type, const void *head, size_t len,
		rtnl_fn *fn, struct rtnl_rows *out)
{
	int ret;

	*out = (struct rtnl_rows){ 0 };
	ret = rtnl_ask(rt, rtnl_begin(type, NLM_F_DUMP, head, len), 0, fn, out);
	if (ret) {
		free(out->v);
		*out = (struct rtnl_rows){ 0 };
	}
	return ret;
}

int rtnl_routes(struct rtnl *rt, struct rtnl_rows *out)
{
	struct rtmsg head = { .rtm_family = AF_UNSPEC };

	return dump(rt, RTM_GETROUTE, &head, sizeof(head), keep_route, out);
}

int rtnl_proxies(struct rtnl *rt, struct rtnl_rows *out)
{
	struct ndmsg head = { .ndm_family = AF_UNSPEC, .ndm_flags = NTF_PROXY };

	return dump(rt, RTM_GETNEIGH, &head, sizeof(head), keep_proxy, out);
}

int rtnl_addresses(struct rtnl *rt, struct rtnl_rows *out)
{
	struct ifaddrmsg head = { .ifa_family = AF_UNSPEC };

	return dump(rt, RTM_GETADDR, &head, sizeof(head), keep_address, out);
}
