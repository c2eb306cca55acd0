// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - killing what runs on a container's console
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "console/kill_session.h"

/* A session that forks faster than it is killed keeps what it gains. */
#define ROUNDS		20
#define PAUSE_MS	10

static int open_space(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int sak_space(pid_t init, struct sak_space *s)
{
	int fd = open_space(init), ret = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		ret = -errno;
	close(fd);
	if (!ret)
		*s = (struct sak_space){ st.st_dev, st.st_ino };
	return ret;
}

bool sak_inside(const struct sak_space *s, pid_t pid)
{
	int fd = open_space(pid), up;
	bool inside = false;
	struct stat st;

	while (fd >= 0 && !inside && !fstat(fd, &st)) {
		inside = st.st_dev == s->dev && st.st_ino == s->ino;
		up = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = up;
	}
	if (fd >= 0)
		close(fd);
	return inside;
}

/* The descriptor comes first: what is then said of the pid is said of it. */
static bool kill_one(pid_t pid, pid_t sid, const struct sak_space *s)
{
	int fd = pidfd_open(pid, 0);
	struct pollfd pf = { fd, POLLIN, 0 };
	bool done;

	if (fd < 0)
		return false;
	done = !poll(&pf, 1, 0) && getsid(pid) == sid && sak_inside(s, pid) &&
	       !pidfd_send_signal(fd, SIGKILL, NULL, 0);
	close(fd);
	return done;
}

static bool kill_session(pid_t sid, pid_t init, const struct sak_space *s)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	bool any = false;

	while (d && (e = readdir(d))) {
		pid_t pid = isdigit(*e->d_name) ? atoi(e->d_name) : 0;

		if (pid && pid != init && getsid(pid) == sid)
			any |= kill_one(pid, sid, s);
	}
	if (d)
		closedir(d);
	return any;
}

bool sak_kill(int master, pid_t init, const struct sak_space *s)
{
	const struct timespec pause = { 0, PAUSE_MS * 1000000L };
	bool any = false;
	pid_t sid;

	/* Asked at the master, the kernel answers in our own pids. */
	if (ioctl(master, TIOCGSID, &sid) || sid <= 0)
		return false;
	for (int i = 0; i < ROUNDS && kill_session(sid, init, s); i++) {
		any = true;
		nanosleep(&pause, NULL);
	}
	return any;
}
