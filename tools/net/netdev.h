/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - devices of the host that a container has for its time
 *
 * Hardware only: the kernel gives it back when the container's network ends, whoever
 * was killed, where it removes all others. A note says which it was and what it was
 * called, for a container may call it something else.
 */
#ifndef _VZCTX_NET_NETDEV_H
#define _VZCTX_NET_NETDEV_H

#include "net/veth.h"

/** Moves one into the container's network. Return: EXIT_OK or OUT_VETH. */
int netdev_give(const struct veth *v, const char *name);

/** Moves one back. Return: EXIT_OK, also if it has none of that name; OUT_VETH. */
int netdev_take(const struct veth *v, const char *name);

/** netdev_give() for each word of NETDEV; NULL: none */
int netdev_give_all(const struct veth *v, const char *list);

/** Waits until those of a container that has ended are back, and names them. */
void netdev_sweep(uint32_t ctid, struct report *report);

#endif /* _VZCTX_NET_NETDEV_H */
