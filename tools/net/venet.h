/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - addresses of a container, on all that they have to be on
 *
 * An address belongs to the container in the module, stands on the interface inside,
 * and has a route on the host. Other hosts on the network of one of the host's
 * interfaces are told that it is here (proxy neighbours).
 *
 * What was made on the host says so (RTNL_PROTOCOL), and the module knows which
 * addresses there are. So nothing is noted anywhere, and what a killed tool or
 * container left can be told from what is in use.
 */
#ifndef _VZCTX_NET_VENET_H
#define _VZCTX_NET_VENET_H

#include <stdbool.h>
#include <stdint.h>
#include <netinet/in.h>

#include "lib/report.h"
#include "module/nl.h"

/** struct venet - a running container, whose addresses are to change */
struct venet {
	struct vznl *nl;
	uint32_t ctid;
	int pidfd;		/* of its init, whose network it is */
	struct report *report;
};

/**
 * venet_add - gives it an address, or repairs what one needs that it has
 *
 * Return: EXIT_OK, OUT_ADDRESS or OUT_ADDRESS_USED with nothing changed.
 */
int venet_add(const struct venet *v, const struct in6_addr *ip);

/** Takes one away, as far as it is there. Return: EXIT_OK or OUT_ADDRESS. */
int venet_del(const struct venet *v, const struct in6_addr *ip);

/** venet_add() for each address of a list; all of them or none. NULL: no list */
int venet_add_all(const struct venet *v, const char *list);

/**
 * venet_hint - notes what keeps packets from going on from this host
 * @list: the addresses it is about
 */
void venet_hint(const char *list, struct report *report);

/** Removes what is on the host for addresses that belong to no container. */
void venet_sweep(void);

#endif /* _VZCTX_NET_VENET_H */
