/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - containers made by hand, and witnesses outside the module
 */
#ifndef _SELFTESTS_WORLD_H
#define _SELFTESTS_WORLD_H

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "genl.h"

/* How much slower than a stock kernel this one is; the bench says. */
static inline int slow(void)
{
	const char *text = getenv("VZCTX_SLOW");
	int factor = text ? atoi(text) : 1;

	return factor > 1 ? factor : 1;
}

/* Bounds for what should not happen; nothing here waits for the clock. */
#define CLAIM(fixture, name) TEST_F_TIMEOUT(fixture, name, 600)
#define DEADLINE_S (60 * slow())

#define wait_until(condition) ({					\
	time_t _end = time(NULL) + DEADLINE_S;				\
	bool _ok;							\
	while (!(_ok = (condition)) && time(NULL) < _end)		\
		usleep(2000);						\
	_ok;								\
})

/**
 * struct ct - a container without a tool
 * @ctid: its id
 * @init: pid of its init on the host
 * @go: write end of the pipe the init is parked on
 * @cgroup: directory of its pids cgroup, the independent witness
 */
struct ct {
	uint32_t ctid;
	pid_t init;
	int go;
	char cgroup[64];
};

typedef void (*ct_fn)(void *arg);

/* Memory both sides of a fork see. */
static inline void *shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static inline int put_file(const char *dir, const char *name,
			   const char *text)
{
	char path[256];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static inline long get_number(const char *dir, const char *name)
{
	char path[256], text[64] = {};
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return atol(text);
}

static inline long pids_current(const struct ct *ct)
{
	return get_number(ct->cgroup, "pids.current");
}

static inline bool ct_frozen(const struct ct *ct)
{
	char path[96], text[64] = {};
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.events", ct->cgroup);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return strstr(text, "frozen 1");
}

static inline int enter_cgroup(const struct ct *ct, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	return put_file(ct->cgroup, "cgroup.procs", text);
}

/*
 * Starts a parked init in a pid namespace of its own (and whatever else flags
 * say) and in a cgroup of its own. It runs fn once it is let go.
 */
static inline int ct_spawn(struct ct *ct, uint32_t ctid, int flags, ct_fn fn,
			   void *arg)
{
	int park[2];
	char byte;

	ct->ctid = ctid;
	snprintf(ct->cgroup, sizeof(ct->cgroup), "/sys/fs/cgroup/t%u.%d", ctid,
		 getpid());
	if (mkdir(ct->cgroup, 0755) && errno != EEXIST)
		return -errno;
	if (pipe2(park, O_CLOEXEC))
		return -errno;
	ct->init = syscall(SYS_clone, CLONE_NEWPID | flags | SIGCHLD, 0, 0, 0,
			   0);
	if (ct->init < 0)
		return -errno;
	if (!ct->init) {
		close(park[1]);
		if (read(park[0], &byte, 1) == 1 && fn)
			fn(arg);
		_exit(0);
	}
	close(park[0]);
	ct->go = park[1];
	return enter_cgroup(ct, ct->init);
}

static inline int ct_go(struct ct *ct)
{
	return write(ct->go, "g", 1) == 1 ? 0 : -errno;
}

/* Kills and reaps whatever is left of a container, and its cgroup. */
static inline void ct_kill(struct ct *ct)
{
	if (ct->init > 0) {
		kill(ct->init, SIGKILL);
		waitpid(ct->init, NULL, 0);
		close(ct->go);
	}
	ct->init = 0;
	if (ct->cgroup[0])
		wait_until(!rmdir(ct->cgroup) || errno == ENOENT);
}

static inline long pause_forever(void)
{
	for (;;)
		pause();
	return 0;
}

static inline void park_forever(void *arg)
{
	pause_forever();
}

/* fork() that tells errno in its sign and never returns in the child. */
static inline pid_t fork_sleeper(void)
{
	pid_t pid = fork();

	if (!pid)
		pause_forever();
	return pid < 0 ? -errno : pid;
}

#ifdef __x86_64__
/* ioctl() as a 32-bit program makes it; @arg below 4 GiB, errors as -errno. */
static inline int call32(int fd, uint32_t cmd, void *arg)
{
	int ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" (54), "b" (fd), "c" (cmd), "d" (arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}
#endif

#endif /* _SELFTESTS_WORLD_H */
