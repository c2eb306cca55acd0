/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - Ethernet interfaces of a container: pairs of one end inside and one on
 * the host
 *
 * The host's end says in its alias whose it is. The kernel removes both ends when
 * one goes, and that inside when the container's network goes.
 */
#ifndef _VZCTX_NET_VETH_H
#define _VZCTX_NET_VETH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/report.h"
#include "net/netif.h"

/** struct veth - a running container, whose interfaces are to change */
struct veth {
	uint32_t ctid;
	int pidfd;		/* of its init, whose network it is */
	bool fresh;		/* it has no interface yet */
	uint32_t kbit;		/* each may carry that in a second, each way; 0: any amount */
	struct report *report;
};

/**
 * veth_have - makes an interface, or makes one that is there what it is to be
 * @was: what it was to be, or NULL
 *
 * Return: EXIT_OK or OUT_VETH. One that was not there is not there then.
 */
int veth_have(const struct veth *v, const struct netif *n,
	      const struct netif *was);

/** Removes one, or all with a NULL. Return: EXIT_OK, also if there is none; OUT_VETH. */
int veth_drop(const struct veth *v, const char *ifname);

/** Sets the limit of those of NETIF that it has. Return: EXIT_OK or OUT_VETH. */
int veth_limit(const struct veth *v, const char *list);

/** veth_have() for all of NETIF */
int veth_have_all(const struct veth *v, const char *list);

/** Removes what is left of them when a container has ended. */
void veth_sweep(uint32_t ctid, const char *list);

#endif /* _VZCTX_NET_VETH_H */
