/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - which address belongs to which context
 *
 * An address is an IPv6 address, or an IPv4 address mapped to one (::ffff:a.b.c.d).
 */
#ifndef _VZCTX_ADDRESS_H
#define _VZCTX_ADDRESS_H

#include <linux/in6.h>
#include <linux/types.h>

struct netlink_ext_ack;
struct vzctx;
struct vzctx_port;

int vzctx_address_add(struct vzctx *ctx, const struct in6_addr *ip,
		      struct netlink_ext_ack *extack);
int vzctx_address_del(struct vzctx *ctx, const struct in6_addr *ip,
		      struct netlink_ext_ack *extack);
bool vzctx_address_nth(struct vzctx *ctx, unsigned int n, struct in6_addr *ip);

/* RCU read side. NULL: it belongs to nobody. */
struct vzctx_port *vzctx_address_owner(const struct in6_addr *ip);

/* For the life of a port only (port.c). */
void vzctx_address_drop(struct vzctx *ctx);
int vzctx_address_init(void);
void vzctx_address_uninit(void);

#endif /* _VZCTX_ADDRESS_H */
