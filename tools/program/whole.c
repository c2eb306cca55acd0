// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the whole program
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "program/whole.h"

int whole_run(char **argv)
{
	static const char *const places[] = {
		"../libexec/vzctx/vzctx-whole", "vzctx-whole",
	};
	char dir[PATH_MAX], path[PATH_MAX + 32];
	ssize_t len = readlink("/proc/self/exe", dir, sizeof(dir) - 1);

	if (len < 0)
		return -errno;
	dir[len] = '\0';
	*(strrchr(dir, '/') + 1) = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", dir, places[i]);
		execv(path, argv);
		if (errno != ENOENT && errno != ENOTDIR)
			break;
	}
	return -errno;
}
