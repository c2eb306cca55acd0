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

#define LINKER_FAILED	127	/* the status of a program that lacks a library */

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

int whole_place(char *buf, size_t size)
{
	static const char *const places[] = {
		"vzctx-whole", "../libexec/vzctx/vzctx-whole",
	};
	char dir[PATH_MAX], *slash;
	int ret = whole_path(dir, sizeof(dir));

	if (ret)
		return ret;
	slash = strrchr(dir, '/');
	if (!slash)
		return -ENOENT;
	slash[1] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (snprintf(buf, size, "%s%s", dir, places[i]) >= (int)size)
			return -ENAMETOOLONG;
		if (!access(buf, F_OK))
			return 0;
	}
	return -ENOENT;
}

int whole_run(char **argv)
{
	char path[PATH_MAX];
	int ret = whole_place(path, sizeof(path));

	if (ret)
		return ret;
	execv(path, argv);
	return -errno;
}

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
	if (!WIFEXITED(st))
		return -EIO;
	return WEXITSTATUS(st) == LINKER_FAILED ? -ELIBACC : -WEXITSTATUS(st);
}
