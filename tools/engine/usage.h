/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what a container uses of disk, and what it has to wait for, as the kernel counts
 */
#ifndef _VZCTX_ENGINE_USAGE_H
#define _VZCTX_ENGINE_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/quota.h"

enum pressure { PRESSURE_CPU, PRESSURE_MEMORY, PRESSURE_IO, PRESSURES };

/** struct usage - a false is in front of what the kernel does not tell */
struct usage {
	bool has_io;
	uint64_t read, written;		/* bytes, since it was started, of all disks */
	bool has_pressure[PRESSURES];
	/* of the last ten seconds, those in which a task had to wait: hundredths of per cent */
	uint32_t pressure[PRESSURES];
	bool has_disk;
	struct quota disk;
};

/**
 * usage_read - looks at the cgroup vz/CTID and at the project of the private area
 * @private: path of that; NULL: do not look there
 */
void usage_read(uint32_t ctid, const char *private, struct usage *u);

#endif /* _VZCTX_ENGINE_USAGE_H */
