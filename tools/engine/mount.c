// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what is mounted where on the host
 */
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/mount.h"

#define MOUNTINFO "/proc/self/mountinfo"

bool mnt_cgroup2(char *buf, unsigned int size)
{
	struct libmnt_table *tb = mnt_new_table_from_file(MOUNTINFO);
	struct libmnt_iter *it = mnt_new_iter(MNT_ITER_BACKWARD);
	struct libmnt_fs *fs;
	bool found = false;

	while (tb && it && !found && !mnt_table_next_fs(tb, it, &fs)) {
		const char *root = mnt_fs_get_root(fs);

		if (!mnt_fs_match_fstype(fs, "cgroup2") || !root ||
		    strcmp(root, "/"))
			continue;
		snprintf(buf, size, "%s", mnt_fs_get_target(fs));
		found = true;
	}
	mnt_free_iter(it);
	mnt_unref_table(tb);
	return found;
}

void mnt_fstype(const char *path, char *buf, unsigned int size)
{
	struct libmnt_table *tb = mnt_new_table_from_file(MOUNTINFO);
	char *mp = mnt_get_mountpoint(path);
	struct libmnt_fs *fs = NULL;

	if (tb && mp)
		fs = mnt_table_find_target(tb, mp, MNT_ITER_BACKWARD);
	snprintf(buf, size, "%s",
		 fs && mnt_fs_get_fstype(fs) ? mnt_fs_get_fstype(fs) : "unknown");
	free(mp);
	mnt_unref_table(tb);
}
