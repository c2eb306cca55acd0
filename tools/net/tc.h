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
 * tc_mac_filter - lets through a host's end of a veth what is a container's only
 * @mac: the container's; NULL: lets everything through
 *
 * From the container frames that have it for their sender; to it those that have it,
 * or a group, for their receiver. Return: 0 or -errno.
 */
int tc_mac_filter(struct rtnl *rt, uint32_t link,
		  const unsigned char mac[MAC_LEN]);

#endif /* _VZCTX_NET_TC_H */
