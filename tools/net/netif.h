/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - NETIF, the Ethernet interfaces of a container
 *
 * NETIF="ifname=eth0,mac=...,host_ifname=...,host_mac=...,bridge=...;ifname=..."
 */
#ifndef _VZCTX_NET_NETIF_H
#define _VZCTX_NET_NETIF_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/rtnl_link.h"

/** struct netif - one of them; what the file does not say is chosen */
struct netif {
	char ifname[IFNAMSIZ];		/* inside */
	char host_ifname[IFNAMSIZ];
	char bridge[IFNAMSIZ];		/* "": none */
	unsigned char mac[MAC_LEN], host_mac[MAC_LEN];
	bool filter;			/* mac_filter */
};

#define MAC_TEXT	18

/** Return: @buf. */
const char *mac_text(const unsigned char mac[MAC_LEN], char buf[MAC_TEXT]);

/** A new one with OpenVZ's prefix. */
void mac_new(unsigned char mac[MAC_LEN]);

/** vethCTID.N, N being the first digits in @ifname, or 0 */
void netif_host_name(uint32_t ctid, const char *ifname, char name[IFNAMSIZ]);

/**
 * netif_each - calls @fn for each interface until it returns nonzero
 * @list: the value of NETIF; NULL for none
 * @wrong: set to the beginning of what cannot be read; NETIF_WORD
 *
 * Return: what @fn returned, or -EINVAL for a list that cannot be read as a whole,
 * of which @fn sees nothing.
 */
int netif_each(uint32_t ctid, const char *list,
	       int (*fn)(const struct netif *n, void *arg), void *arg,
	       char *wrong);

#define NETIF_WORD	64

/** The one called @ifname. Return: whether there is one, in a list that can be read. */
bool netif_find(uint32_t ctid, const char *list, const char *ifname,
		struct netif *out);

#endif /* _VZCTX_NET_NETIF_H */
