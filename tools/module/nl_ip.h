/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - asking the module about addresses
 *
 * An address is an IPv6 address, or an IPv4 address mapped to one. Functions return
 * as those of nl.h.
 */
#ifndef _VZCTX_MODULE_NL_IP_H
#define _VZCTX_MODULE_NL_IP_H

#include <netinet/in.h>
#include <stdbool.h>

#include "module/nl.h"

/** struct vz_ip - an address and whose it is */
struct vz_ip {
	uint32_t ctid;
	struct in6_addr ip;
};

/** struct vz_iplist - all there are; free(v) */
struct vz_iplist {
	struct vz_ip *v;
	size_t n;
};

/** struct vz_links - indexes of the devices of a container, each in its own network */
struct vz_links {
	uint32_t inside;	/* 0: it has none */
	uint32_t host;
};

/** Gives an address to @ctid, or takes it away. */
int vznl_ip_change(struct vznl *nl, uint32_t ctid, const struct in6_addr *ip,
		   bool add, struct vz_links *links);

/** The devices of a container as they are. */
int vznl_links(struct vznl *nl, uint32_t ctid, struct vz_links *links);

int vznl_ips(struct vznl *nl, struct vz_iplist *out);

/** The index of the host's venet. */
int vznl_host_link(struct vznl *nl, uint32_t *link);

#endif /* _VZCTX_MODULE_NL_IP_H */
