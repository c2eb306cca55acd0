// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the whole program
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program/whole.h"

static const char *from;

void whole_from(const char *path)
{
	from = path;
}

int whole_path(char *buf, size_t size)
{
	ssize_t len;

	if (from)
		return snprintf(buf, size, "%s", from) < (int)size ? 0 : -ENAMETOOLONG;
	len = readlink("/proc/self/exe", buf, size - 1);
	if (len < 0)
		return -errno;
	buf[len] = '\0';
	return 0;
}

int whole_run(char **argv)
{
	static const char *const places[] = {
		"../libexec/vzctx/vzctx-whole", "vzctx-whole",
	};
	char dir[PATH_MAX], path[PATH_MAX + 32];
	int ret = whole_path(dir, sizeof(dir));

	if (ret)
		return ret;
	*(strrchr(dir, '/') + 1) = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", dir, places[i]);
		execv(path, argv);
		if (errno != ENOENT && errno != ENOTDIR)
			break;
	}
	return -errno;
}

/* With status 0 or an errno, which is smaller than any status of a killed one. */
int whole_call(char **argv)
{
	pid_t pid;
	int st;

	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(whole_run(argv) == -ENOENT ? ELIBACC : EIO);
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(st) ? -WEXITSTATUS(st) : -EINTR;
}
