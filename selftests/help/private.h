/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - privvmpages of container 101, by us and by the kernel
 */
#ifndef _SELFTESTS_PRIVATE_H
#define _SELFTESTS_PRIVATE_H

#include <kselftest_harness.h>
#include "world.h"

#define PAGE	4096UL

static void *map(long pages, int prot, int flags)
{
	return mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS |
		    flags, -1, 0);
}

#define look() ({							\
	struct bc _bc;							\
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_PRIVVMPAGES, &_bc));	\
	_bc;								\
})

#define held() ((long)look().held)

#define set(bar, lim) \
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_PRIVVMPAGES, bar, lim))

static long statm_data(pid_t pid)
{
	char dir[32], text[128] = {};
	long v[6] = {};
	int fd;

	snprintf(dir, sizeof(dir), "/proc/%d/statm", pid);
	fd = open(dir, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) > 0)
		sscanf(text, "%ld %ld %ld %ld %ld %ld", v, v + 1, v + 2, v + 3,
		       v + 4, v + 5);
	close(fd);
	return v[5];
}

/* What the kernel says all processes of the container have. */
static long witness(const struct ct *ct)
{
	char path[96];
	long sum = 0;
	int pid;
	FILE *f;

	snprintf(path, sizeof(path), "%s/cgroup.procs", ct->cgroup);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fscanf(f, "%d", &pid) == 1)
		sum += statm_data(pid);
	fclose(f);
	return sum;
}

#endif /* _SELFTESTS_PRIVATE_H */
