/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - asking the kernel for network devices
 *
 * Every function returns 0 or a negative errno, exactly the kernel's.
 */
#ifndef _VZCTX_NET_RTNL_LINK_H
#define _VZCTX_NET_RTNL_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/rtnl_talk.h"

#define MAC_LEN		6
#define ALIAS_SIZE	64	/* of a device's alias as it is read */
#define PARENT_SIZE	64

/** struct rtnl_count - what a device has received or sent */
struct rtnl_count {
	uint64_t bytes, packets;
};

/** struct rtnl_link - a device as the kernel tells of it */
struct rtnl_link {
	uint32_t index;
	uint32_t peer;		/* of a veth: the other end, in its network */
	uint32_t master;
	bool up, has_mac;
	unsigned char mac[MAC_LEN];
	char name[IFNAMSIZ];
	char kind[16];		/* "": hardware */
	char alias[ALIAS_SIZE];	/* "" also for a longer one */
	struct rtnl_count received, sent;
	char parent[PARENT_SIZE]; /* of hardware: what of the bus it is */
};

/** By its name. -ENODEV: there is none. */
int rtnl_link_named(struct rtnl *rt, const char *name, struct rtnl_link *out);

/** By its index. */
int rtnl_link_get(struct rtnl *rt, uint32_t index, struct rtnl_link *out);

/** Calls @fn for each device until it returns nonzero, which is then returned. */
int rtnl_links(struct rtnl *rt, int (*fn)(const struct rtnl_link *l, void *arg),
	       void *arg);

int rtnl_link_up(struct rtnl *rt, uint32_t link);

/** -ENODEV: there is no such device in this network, or it is of another kind. */
int rtnl_is_venet(struct rtnl *rt, uint32_t link);

/** struct rtnl_end - an end of a veth pair that is to be; @mac NULL: the kernel's choice */
struct rtnl_end {
	const char *name;
	const unsigned char *mac;
};

/** rtnl_veth - makes a pair: @here in this network, @there in that of the descriptor @net */
int rtnl_veth(struct rtnl *rt, const struct rtnl_end *here,
	      const struct rtnl_end *there, int net);

int rtnl_link_del(struct rtnl *rt, uint32_t link);

/** struct rtnl_change - what is to be otherwise on a device */
struct rtnl_change {
	const char *name, *alias;	/* NULL: as it is */
	const unsigned char *mac;	/* likewise */
	int64_t master;			/* an index, 0: none, -1: as it is */
	int net;			/* goes to that network; -1: stays */
	int up;				/* 1: up, 0: down, -1: as it is */
};

#define RTNL_CHANGE	((struct rtnl_change){ .master = -1, .net = -1, .up = -1 })

int rtnl_link_set(struct rtnl *rt, uint32_t link, const struct rtnl_change *c);

#endif /* _VZCTX_NET_RTNL_LINK_H */
