// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a tree of cgroups, below a descriptor
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/cgroup_tree.h"
#include "lib/until.h"

#define REMOVE_MS	10000
/* The kernel lets go of a cgroup a little after its last task was reaped. */
#define PAUSE_MS	20

int cgtree_put(int dir, const char *file, const char *text)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int cgtree_line(int dir, const char *file, char *line, size_t size)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : read(fd, line, size - 1);
	int ret = n < 0 ? -errno : 0;

	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
	return ret;
}

int cgtree_open(int at, const char *name)
{
	return openat(at, name,
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static bool has_line(int fd, const char *line)
{
	char text[512], *save = NULL, *p;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	for (p = strtok_r(text, "\n", &save); p; p = strtok_r(NULL, "\n", &save))
		if (!strcmp(p, line))
			return true;
	return false;
}

bool cgtree_says(int dir, const char *file, const char *line)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool says = fd >= 0 && has_line(fd, line);

	if (fd >= 0)
		close(fd);
	return says;
}

uint64_t cgtree_sum(int dir, const char *file)
{
	int copy = cgtree_open(dir, "."), fd;
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	uint64_t sum = 0, v;
	struct dirent *e;
	char line[32];

	while (d && (e = readdir(d))) {
		if (e->d_type != DT_DIR || *e->d_name == '.')
			continue;
		fd = cgtree_open(dir, e->d_name);
		if (fd < 0)
			continue;
		cgtree_line(fd, file, line, sizeof(line));
		close(fd);
		v = strcmp(line, "max") ? strtoull(line, NULL, 10) : INT64_MAX;
		sum = v > INT64_MAX - sum ? INT64_MAX : sum + v;
	}
	if (d)
		closedir(d);
	else if (copy >= 0)
		close(copy);
	return sum;
}

/* Until no task is in it or below, or @end. */
static void await_empty(int dir, int64_t end)
{
	struct pollfd pf = {
		.fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC),
		.events = POLLPRI,
	};
	int64_t left;

	if (pf.fd < 0)
		return;
	while (!has_line(pf.fd, "populated 0") && (left = end - until_now()) > 0)
		poll(&pf, 1, left);
	close(pf.fd);
}

/*
 * Removes every cgroup in @dir that can be, up to one that has others below.
 * Return: that one, -1 for none, -2 when it is @stuck, which has none below.
 */
static int sweep(int dir, ino_t stuck)
{
	int fd = cgtree_open(dir, "."), below = -1;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return -2;
	}
	while (below == -1 && (e = readdir(d))) {
		if (e->d_type != DT_DIR || !strcmp(e->d_name, ".") ||
		    !strcmp(e->d_name, ".."))
			continue;
		if (!unlinkat(dir, e->d_name, AT_REMOVEDIR) || errno == ENOENT)
			continue;
		below = e->d_ino == stuck ? -2 : cgtree_open(dir, e->d_name);
	}
	closedir(d);
	return below;
}

/*
 * One descriptor at a time, for there may be more levels than a process may have
 * open: down to where nothing is below, and up again by "..".
 */
static void clear_below(int top)
{
	int at = fcntl(top, F_DUPFD_CLOEXEC, 0), next;
	unsigned int depth = 0;
	ino_t left = 0;
	struct stat st;

	while (at >= 0) {
		next = sweep(at, left);
		if (next >= 0) {
			depth++;
			left = 0;
		} else if (next == -1 && depth && !fstat(at, &st)) {
			next = cgtree_open(at, "..");
			depth--;
			left = st.st_ino;
		}
		close(at);
		at = next;
	}
}

int cgtree_remove(int at, const char *name)
{
	const struct timespec pause = { 0, PAUSE_MS * 1000000L };
	const int64_t end = until_now() + REMOVE_MS;

	for (;;) {
		int fd = cgtree_open(at, name), err;

		if (fd < 0)
			return errno == ENOENT ? 0 : -errno;
		cgtree_put(fd, "cgroup.kill", "1");
		await_empty(fd, end);
		clear_below(fd);
		close(fd);
		if (!unlinkat(at, name, AT_REMOVEDIR) || errno == ENOENT)
			return 0;
		err = errno;
		if (until_now() >= end)
			return -err;
		nanosleep(&pause, NULL);
	}
}
