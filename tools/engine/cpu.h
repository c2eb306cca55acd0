/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a container's share of the processors, by its cgroup
 *
 * CPUUNITS is cpu.weight, a tenth of it (1000 units are the usual weight 100), unless
 * CPUWEIGHT says that itself. CPULIMIT, in per cent of one processor, and CPUS, a
 * number of them, together are cpu.max: the smaller one counts. CPUMASK and NODEMASK are
 * cpuset.cpus and cpuset.mems.
 */
#ifndef _VZCTX_ENGINE_CPU_H
#define _VZCTX_ENGINE_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "lib/report.h"

/** What of it: the weight, cpu.max, the masks. */
enum { CGCPU_SHARE = 1, CGCPU_LIMIT = 2, CGCPU_MASKS = 4 };

/**
 * cgcpu_apply - writes what the configuration says into the cgroup vz/CTID
 * @parts: what of these also where it does not say any: the kernel's own defaults; and
 *	nothing else. 0: all that it says
 *
 * Reports what it sets, and what cannot be written. Return: 0 or -errno.
 */
int cgcpu_apply(uint32_t ctid, const struct conf *c, int parts,
		struct report *report);

#define CGCPU_FILES	4

/** struct cgcpu - what a cgroup has */
struct cgcpu {
	bool known[CGCPU_FILES];	/* false: it could not be read */
	char text[CGCPU_FILES][1024];
};

void cgcpu_read(uint32_t ctid, struct cgcpu *was);

/** Writes what cgcpu_read() has read. Return: 0 or -errno. */
int cgcpu_put_back(uint32_t ctid, const struct cgcpu *was);

/** cgcpu_warn - notes where the configuration asks for more than the host has */
void cgcpu_warn(uint32_t ctid, const struct conf *c, struct report *report);

#endif /* _VZCTX_ENGINE_CPU_H */
