/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a context's share in the network: its device and its addresses
 *
 * Lock order, outermost first:
 *   port mutex (which devices there are)
 *     the kernel's rtnl_lock()
 *   address lock (spinlock, a leaf: address.c)
 * Packets take none of them; they find devices and addresses under RCU.
 */
#ifndef _VZCTX_PORT_H
#define _VZCTX_PORT_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct in6_addr;
struct net;
struct net_device;
struct netlink_ext_ack;
struct vzctx;
struct vzctx_part;

/**
 * struct vzctx_port - one end of venet: of a context, or of the host
 * @ctx: whose; NULL for the host's
 * @up: the device while it is up (RCU)
 * @dev: the device, or NULL; under the port mutex. The device of a context holds
 *	a reference on it and on its network namespace.
 * @link: the index of @dev, 0 without
 * @net: the namespace @dev was made in
 * @addrs: addresses of the context, in the order of adding (address lock)
 * @spoofed: packets dropped because their source is none of @addrs
 * @work: removes the device of a context that has ended
 */
struct vzctx_port {
	struct vzctx *ctx;
	struct net_device __rcu *up;
	struct net_device *dev;
	int link;
	struct net *net;
	struct list_head addrs;
	atomic64_t spoofed;
	struct work_struct work;
};

int vzctx_port_give(struct vzctx *ctx, const struct in6_addr *ip,
		    struct netlink_ext_ack *extack);
int vzctx_port_link(const struct vzctx_port *port);

extern const struct vzctx_part vzctx_port_part;

int vzctx_port_init(void);
void vzctx_port_uninit(void);

#endif /* _VZCTX_PORT_H */
