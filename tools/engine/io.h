/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what a container may ask of the disk its private area lies on, by its cgroup
 *
 * IOLIMIT, bytes a second, and IOPSLIMIT, requests a second, are io.max of the disk, for
 * reading and for writing each. IOPRIO is a weight, 100 for 4, as BFQ and the cost model
 * of the kernel know it.
 */
#ifndef _VZCTX_ENGINE_IO_H
#define _VZCTX_ENGINE_IO_H

#include <stdint.h>

#include "conf/conf.h"
#include "lib/report.h"

/** What of it: bytes, requests, the weight. */
enum { CGIO_BYTES = 1, CGIO_REQUESTS = 2, CGIO_WEIGHT = 4 };

/**
 * cgio_apply - writes what the configuration says into the cgroup vz/CTID
 * @parts: what of these also where it does not say any: no limit, and the usual weight;
 *	and nothing else. 0: all that it says
 *
 * Reports what it sets, and what cannot be written. Return: 0 or -errno.
 */
int cgio_apply(uint32_t ctid, const struct conf *c, int parts, struct report *report);

/** struct cgio - what a cgroup has; "" where there is no such file */
struct cgio {
	char max[160], bfq[32], weight[32];
};

void cgio_read(uint32_t ctid, const struct conf *c, struct cgio *was);

/** Writes what cgio_read() has read. Return: 0 or -errno. */
int cgio_put_back(uint32_t ctid, const struct cgio *was);

#endif /* _VZCTX_ENGINE_IO_H */
