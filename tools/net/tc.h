/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the kernel's traffic control does with a device's packets
 *
 * All of it goes with the device.
 */
#ifndef _VZCTX_NET_TC_H
#define _VZCTX_NET_TC_H

#include "net/rtnl_link.h"

/**
 * tc_set - lets through a host's end of a veth what is a container's only
 * @mac: the container's; NULL: lets everything through
 * @kbit: how much in a second, each way; 0: any amount
 *
 * From the container frames that have @mac for their sender; to it those that have it,
 * or a group, for their receiver. What was set before is gone. Return: 0 or -errno.
 */
int tc_set(struct rtnl *rt, uint32_t link, const unsigned char mac[MAC_LEN],
	   uint32_t kbit);

/**
 * tc_burst - the bytes that may come at once
 *
 * What a second may have, and room for two of the largest packets that a stack hands
 * down, for one larger than that would never pass.
 */
uint64_t tc_burst(uint32_t kbit);

#endif /* _VZCTX_NET_TC_H */
