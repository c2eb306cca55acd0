// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what a container uses of disk, and what it has to wait for, as the kernel counts
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/cgroup.h"
#include "engine/usage.h"

/* "8:0 rbytes=1 wbytes=2 rios=...": a line for each disk. */
static bool read_io(int dir, struct usage *u)
{
	int fd = openat(dir, "io.stat", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char line[512];
	uint64_t v;

	if (!f) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (fgets(line, sizeof(line), f)) {
		const char *r = strstr(line, " rbytes="), *w = strstr(line, " wbytes=");

		if (r && sscanf(r, " rbytes=%" SCNu64, &v) == 1)
			u->read += v;
		if (w && sscanf(w, " wbytes=%" SCNu64, &v) == 1)
			u->written += v;
	}
	fclose(f);
	return true;
}

/* "some avg10=1.23 avg60=..." */
static bool read_pressure(uint32_t ctid, enum pressure what, uint32_t *hundredths)
{
	static const char *const files[PRESSURES] = {
		"cpu.pressure", "memory.pressure", "io.pressure",
	};
	unsigned int whole, part;
	char line[128];

	if (cgroup_read(ctid, files[what], line, sizeof(line)) ||
	    sscanf(line, "some avg10=%u.%2u", &whole, &part) != 2)
		return false;
	*hundredths = whole * 100 + part;
	return true;
}

void usage_read(uint32_t ctid, const char *private, struct usage *u)
{
	int dir = cgroup_open(ctid);

	*u = (struct usage){ 0 };
	if (dir >= 0) {
		u->has_io = read_io(dir, u);
		close(dir);
		for (int i = 0; i < PRESSURES; i++)
			u->has_pressure[i] = read_pressure(ctid, i, &u->pressure[i]);
	}
	u->has_disk = private && !quota_usage(private, ctid, &u->disk);
}
