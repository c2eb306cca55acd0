/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - asking the kernel for addresses and routes, in a network of choice
 *
 * Every function returns 0 or a negative errno, exactly the kernel's.
 */
#ifndef _VZCTX_NET_RTNL_H
#define _VZCTX_NET_RTNL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/rtnl_talk.h"

/** What routes and neighbours made here say of who made them; see rt_protos(7). */
#define RTNL_PROTOCOL	118

/** An address on a device, alone in its network. */
int rtnl_address(struct rtnl *rt, bool add, uint32_t link,
		 const struct in6_addr *ip);

/** The route to all that is not known otherwise. @like: an address of the family */
int rtnl_default(struct rtnl *rt, uint32_t link, const struct in6_addr *like);

/** The route to one address. -EEXIST: there is one, whoever made it. */
int rtnl_route(struct rtnl *rt, bool add, uint32_t link,
	       const struct in6_addr *ip);

/** The device answers for the address, to who looks for its owner. */
int rtnl_proxy(struct rtnl *rt, bool add, uint32_t link,
	       const struct in6_addr *ip);

/**
 * struct rtnl_row - a row of a dump
 * @link: the device
 * @len: bits of @ip that count
 * @ours: has RTNL_PROTOCOL
 */
struct rtnl_row {
	uint32_t link;
	struct in6_addr ip;
	unsigned int len;
	bool ours;
};

/** struct rtnl_rows - what a dump tells; free(v) */
struct rtnl_rows {
	struct rtnl_row *v;
	size_t n;
};

/**
 * Routes to one address with RTNL_PROTOCOL in the main table; proxy neighbours,
 * whoever made them; addresses of all devices.
 */
int rtnl_routes(struct rtnl *rt, struct rtnl_rows *out);
int rtnl_proxies(struct rtnl *rt, struct rtnl_rows *out);
int rtnl_addresses(struct rtnl *rt, struct rtnl_rows *out);

#endif /* _VZCTX_NET_RTNL_H */
