// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - memory that a container cannot give up
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "engine/cgroup_hold.h"

static FILE *open_file(uint32_t ctid, const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/fs/cgroup/vz/%u/%s", ctid, file);
	return fopen(path, "re");
}

/* What has no figure is "max", or not there. */
static uint64_t figure(uint32_t ctid, const char *file, uint64_t otherwise)
{
	FILE *f = open_file(ctid, file);
	uint64_t v;

	if (!f)
		return otherwise;
	if (fscanf(f, "%" SCNu64, &v) != 1)
		v = otherwise;
	fclose(f);
	return v;
}

static uint64_t swap_room(uint32_t ctid, uint64_t most)
{
	uint64_t has = figure(ctid, "memory.swap.current", 0), left;
	struct sysinfo si;

	if (sysinfo(&si))
		return 0;
	if (most == UINT64_MAX)
		most = figure(ctid, "memory.swap.max", UINT64_MAX);
	left = most > has ? most - has : 0;
	return left < (uint64_t)si.freeswap * si.mem_unit ?
	       left : (uint64_t)si.freeswap * si.mem_unit;
}

uint64_t cgroup_hold(uint32_t ctid, uint64_t swap)
{
	static const char *const kernel[] = {
		"kernel_stack", "pagetables", "percpu", "slab_unreclaimable",
	};
	uint64_t v, tasks = 0, fixed = 0, room;
	FILE *f = open_file(ctid, "memory.stat");
	char key[64];

	if (!f)
		return 0;
	while (fscanf(f, "%63s %" SCNu64, key, &v) == 2) {
		if (!strcmp(key, "anon") || !strcmp(key, "shmem"))
			tasks += v;
		for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++)
			if (!strcmp(key, kernel[i]))
				fixed += v;
	}
	fclose(f);
	room = swap_room(ctid, swap);
	return fixed + (tasks > room ? tasks - room : 0);
}
