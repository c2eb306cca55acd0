// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - asking the kernel for addresses and routes, in a network of choice
 *
 * A socket stays in the network it was made in. So the caller goes to another one
 * only to make it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "net/ip.h"
#include "net/rtnl.h"

struct rtnl {
	struct nl_sock *sk;
	/* of the request under way */
	int err;
	bool done;
	int (*fn)(struct rtnl *rt, struct nlmsghdr *nlh);
	struct rtnl_rows *rows;
};

static int on_error(struct sockaddr_nl *who, struct nlmsgerr *e, void *arg)
{
	struct rtnl *rt = arg;

	(void)who;
	rt->err = e->error ? e->error : -EIO;
	rt->done = true;
	return NL_STOP;
}

static int on_last(struct nl_msg *msg, void *arg)
{
	struct rtnl *rt = arg;

	(void)msg;
	rt->done = true;
	return NL_STOP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct rtnl *rt = arg;

	if (rt->fn && !rt->err)
		rt->err = rt->fn(rt, nlmsg_hdr(msg));
	return NL_OK;
}

static int connect_in(struct rtnl *rt, int pidfd)
{
	int home = -1, ret;

	if (pidfd >= 0) {
		home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (home < 0)
			return -errno;
		if (setns(pidfd, CLONE_NEWNET)) {
			ret = -errno;
			close(home);
			return ret;
		}
	}
	ret = nl_connect(rt->sk, NETLINK_ROUTE) < 0 ? -EIO : 0;
	/* In the wrong network it must not go on. */
	if (home >= 0 && setns(home, CLONE_NEWNET))
		abort();
	if (home >= 0)
		close(home);
	return ret;
}

int rtnl_open(struct rtnl **rtp, int pidfd)
{
	struct rtnl *rt = calloc(1, sizeof(*rt));
	int ret = -ENOMEM;

	if (rt)
		rt->sk = nl_socket_alloc();
	if (rt && rt->sk)
		ret = connect_in(rt, pidfd);
	if (ret) {
		rtnl_close(rt);
		return ret;
	}
	nl_socket_modify_err_cb(rt->sk, NL_CB_CUSTOM, on_error, rt);
	nl_socket_modify_cb(rt->sk, NL_CB_ACK, NL_CB_CUSTOM, on_last, rt);
	nl_socket_modify_cb(rt->sk, NL_CB_FINISH, NL_CB_CUSTOM, on_last, rt);
	nl_socket_modify_cb(rt->sk, NL_CB_VALID, NL_CB_CUSTOM, on_valid, rt);
	*rtp = rt;
	return 0;
}

void rtnl_close(struct rtnl *rt)
{
	if (rt && rt->sk)
		nl_socket_free(rt->sk);
	free(rt);
}

/* A message that begins with a header of its type; NULL without memory. */
static struct nl_msg *begin(int type, int flags, const void *head, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (msg && nlmsg_append(msg, (void *)head, len, NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

static int put_ip(struct nl_msg *msg, int attr, const struct in6_addr *ip)
{
	size_t len;
	const void *bytes = ip_bytes(ip, &len);

	return nla_put(msg, attr, len, bytes);
}

/* @err: of putting the attributes into @msg, which is freed in any case. */
static int talk(struct rtnl *rt, struct nl_msg *msg, int err)
{
	int ret = !msg || err ? -ENOMEM : 0;

	rt->err = 0;
	rt->done = false;
	if (!ret && nl_send_auto(rt->sk, msg) < 0)
		ret = -EIO;
	nlmsg_free(msg);
	while (!ret && !rt->done)
		if (nl_recvmsgs_default(rt->sk) < 0 && !rt->done)
			ret = -EIO;
	return ret ? ret : rt->err;
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

int rtnl_link_up(struct rtnl *rt, uint32_t link)
{
	struct ifinfomsg head = {
		.ifi_index = link, .ifi_flags = IFF_UP, .ifi_change = IFF_UP,
	};

	return talk(rt, begin(RTM_NEWLINK, NLM_F_ACK, &head, sizeof(head)), 0);
}

static int see_kind(struct rtnl *rt, struct nlmsghdr *nlh)
{
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];

	(void)rt;
	if (nlmsg_parse(nlh, sizeof(struct ifinfomsg), tb, IFLA_MAX, NULL) < 0)
		return -EBADMSG;
	if (!tb[IFLA_LINKINFO] ||
	    nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL) < 0 ||
	    !info[IFLA_INFO_KIND] || nla_strcmp(info[IFLA_INFO_KIND], "venet"))
		return -ENODEV;
	return 0;
}

int rtnl_is_venet(struct rtnl *rt, uint32_t link)
{
	struct ifinfomsg head = { .ifi_index = link };
	int ret;

	rt->fn = see_kind;
	ret = talk(rt, begin(RTM_GETLINK, NLM_F_ACK, &head, sizeof(head)), 0);
	rt->fn = NULL;
	return ret;
}

int rtnl_address(struct rtnl *rt, bool add, uint32_t link,
		 const struct in6_addr *ip)
{
	struct ifaddrmsg head = {
		.ifa_family = family_of(ip), .ifa_prefixlen = bits_of(ip),
		.ifa_index = link,
	};
	struct nl_msg *msg = begin(add ? RTM_NEWADDR : RTM_DELADDR,
				   new_or_del(add), &head, sizeof(head));

	return talk(rt, msg, msg ? put_ip(msg, IFA_LOCAL, ip) : 0);
}

static struct nl_msg *route(bool add, uint32_t link, struct rtmsg head)
{
	struct nl_msg *msg;

	head.rtm_table = RT_TABLE_MAIN;
	head.rtm_protocol = RTNL_PROTOCOL;
	head.rtm_type = RTN_UNICAST;
	msg = begin(add ? RTM_NEWROUTE : RTM_DELROUTE, new_or_del(add), &head,
		    sizeof(head));

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

	return talk(rt, route(true, link, head), 0);
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

	return talk(rt, msg, msg ? put_ip(msg, RTA_DST, ip) ||
		    (hop && put_ip(msg, RTA_GATEWAY, ip)) : 0);
}

int rtnl_proxy(struct rtnl *rt, bool add, uint32_t link,
	       const struct in6_addr *ip)
{
	struct ndmsg head = {
		.ndm_family = family_of(ip), .ndm_ifindex = link,
		.ndm_state = NUD_PERMANENT, .ndm_flags = NTF_PROXY,
	};
	struct nl_msg *msg = begin(add ? RTM_NEWNEIGH : RTM_DELNEIGH,
				   new_or_del(add) & ~NLM_F_EXCL, &head,
				   sizeof(head));

	return talk(rt, msg, msg ? put_ip(msg, NDA_DST, ip) ||
		    nla_put_u8(msg, NDA_PROTOCOL, RTNL_PROTOCOL) : 0);
}

/* Dumps */

static int keep(struct rtnl *rt, struct rtnl_row row, const struct nlattr *ip)
{
	struct rtnl_rows *rows = rt->rows;
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
		int (*fn)(struct rtnl *rt, struct nlmsghdr *nlh),
		struct rtnl_rows *out)
{
	int ret;

	*out = (struct rtnl_rows){ 0 };
	rt->fn = fn;
	rt->rows = out;
	ret = talk(rt, begin(type, NLM_F_DUMP, head, len), 0);
	rt->fn = NULL;
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
