/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what containers have received and sent
 */
#ifndef _VZCTX_NET_TRAFFIC_H
#define _VZCTX_NET_TRAFFIC_H

#include "module/nl.h"
#include "net/rtnl_link.h"

/** struct traffic - of one device of a container, since it was made */
struct traffic {
	uint32_t ctid;
	char name[IFNAMSIZ];	/* as it was made; of a pair: that inside */
	struct rtnl_count in, out;
};

/** struct traffics - of all that run, in the order of their numbers; free(v) */
struct traffics {
	struct traffic *v;
	size_t n;
};

/** traffic_read - Return: 0 or -errno. */
int traffic_read(struct vznl *nl, struct traffics *out);

#endif /* _VZCTX_NET_TRAFFIC_H */
