/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a container's share of the processors, by its cgroup
 *
 * CPUUNITS is cpu.weight, a tenth of it (1000 units are the usual weight 100).
 * CPULIMIT, in per cent of one processor, and CPUS, a number of them, together
 * are cpu.max: the smaller one counts.
 */
#ifndef _VZCTX_ENGINE_CPU_H
#define _VZCTX_ENGINE_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "lib/report.h"

/**
 * cgcpu_apply - writes what the configuration says into the cgroup vz/CTID
 * @all: also what it does not say: the kernel's own defaults
 *
 * Reports what it sets, and what cannot be written. Return: 0 or -errno.
 */
int cgcpu_apply(uint32_t ctid, const struct conf *c, bool all,
		struct report *report);

/** struct cgcpu - what a cgroup has; "" where that could not be read */
struct cgcpu {
	char weight[16], max[48];
};

void cgcpu_read(uint32_t ctid, struct cgcpu *was);

/** Writes what cgcpu_read() has read. Return: 0 or -errno. */
int cgcpu_put_back(uint32_t ctid, const struct cgcpu *was);

/** cgcpu_warn - notes where the configuration asks for more than the host has */
void cgcpu_warn(uint32_t ctid, const struct conf *c, struct report *report);

#endif /* _VZCTX_ENGINE_CPU_H */
