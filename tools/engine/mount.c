// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what is mounted where on the host
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "engine/mount.h"
#include "tree/mounts.h"

#define USUAL		"/sys/fs/cgroup"
#define ROOT_INO	1	/* of the first cgroup of a hierarchy */
#define HOST_INO	0xeffffffbU	/* of the host's cgroup namespace */

/*
 * Where it is nearly always. What lies over it would be seen here, too. In a cgroup
 * namespace the first cgroup is none that can be used.
 */
static bool is_usual(void)
{
	struct stat st, ns;
	struct statfs fs;

	return !statfs(USUAL, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC &&
	       !stat(USUAL, &st) && st.st_ino == ROOT_INO &&
	       !stat("/proc/self/ns/cgroup", &ns) && ns.st_ino == HOST_INO;
}

bool mnt_cgroup2(char *buf, unsigned int size)
{
	bool found = is_usual();
	struct mounts *all = found ? NULL : mounts_read();

	if (found)
		snprintf(buf, size, USUAL);
	for (size_t i = all ? all->n : 0; !found && i; i--) {
		const struct mount *m = &all->v[i - 1];

		found = !strcmp(m->type, "cgroup2") && !strcmp(m->root, "/");
		if (found)
			snprintf(buf, size, "%s", m->target);
	}
	mounts_free(all);
	return found;
}

void mnt_fstype(const char *path, char *buf, unsigned int size)
{
	struct mounts *all = mounts_read();
	const struct mount *m = NULL;
	struct statx x;

	if (!statx(AT_FDCWD, path, 0, STATX_MNT_ID, &x))
		m = mounts_by_id(all, x.stx_mnt_id);
	snprintf(buf, size, "%s", m ? m->type : "unknown");
	mounts_free(all);
}
