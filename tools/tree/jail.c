// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a child that reads what strangers made
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <iconv.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/parse.h"
#include "lib/progress.h"
#include "program/caller.h"
#include "tree/jail.h"
#include "tree/jailcalls.h"

#define MEMORY	(1ULL << 30)

#define SPACES	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | \
		 CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

static const int held_off[] = { SIGINT, SIGTERM, SIGHUP };

#define NSIGNALS (sizeof(held_off) / sizeof(held_off[0]))

/* What parent and child share. */
struct desk {
	struct tree_job p;
	int ret;
	bool done;
};

/* What the child is made from and with. */
struct cell {
	int tree;	/* its root, a mount nobody else has */
	int given;	/* jail_run()'s @fd, or a mount of it */
	int mount;	/* keeps the mount that @given is in */
	int go[2];	/* the child waits until it is written, or closed */
};

static volatile pid_t child;
static volatile sig_atomic_t interrupted;

const char *jail_name(const char *name)
{
	static char bufs[4][256];
	static unsigned int turn;
	char *buf = bufs[turn++ % 4];
	size_t len;

	escape(name, buf, sizeof(bufs[0]) - 3);
	len = strlen(buf);
	/* Shorter than four bytes for each of the name: it did not fit. */
	if (len > sizeof(bufs[0]) - 9)
		strcpy(buf + len, "...");
	return buf;
}

const char *jail_words(const char *words)
{
	static char bufs[2][256];
	static unsigned int turn;
	char *buf = bufs[turn++ % 2];
	size_t n;

	for (n = 0; words && words[n] && n + 1 < sizeof(bufs[0]); n++)
		buf[n] = words[n] < ' ' || words[n] == 0x7f ? '?' : words[n];
	buf[n] = '\0';
	return buf;
}

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
	if (child > 0)
		kill(child, SIGKILL);
}

static int set_capabilities(void)
{
	static const cap_value_t keep[] = {
		CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_SETFCAP,
	};
	cap_t caps = cap_init();
	int n = sizeof(keep) / sizeof(keep[0]), ret = 0;

	if (!caps)
		return -ENOMEM;
	if (cap_set_flag(caps, CAP_PERMITTED, n, keep, CAP_SET) ||
	    cap_set_flag(caps, CAP_EFFECTIVE, n, keep, CAP_SET) ||
	    cap_set_proc(caps))
		ret = -errno;
	cap_free(caps);
	return ret;
}

static int set_memory(void)
{
#ifdef __SANITIZE_ADDRESS__
	return 0;	/* its shadow alone is more */
#else
	struct rlimit rl;

	if (getrlimit(RLIMIT_DATA, &rl))
		return -errno;
	if (rl.rlim_cur > MEMORY)
		rl.rlim_cur = MEMORY;
	if (rl.rlim_max > MEMORY)
		rl.rlim_max = MEMORY;
	return setrlimit(RLIMIT_DATA, &rl) ? -errno : 0;
#endif
}

/* Everything but the standard descriptors, @a and @b. */
static int close_others(int a, int b)
{
	int low = a < b ? a : b, high = a < b ? b : a, at = STDERR_FILENO + 1;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	for (int fd = 0; fd < at; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	if (low >= at) {
		if (low > at && close_range(at, low - 1, 0))
			return -errno;
		at = low + 1;
	}
	if (high > at && close_range(at, high - 1, 0))
		return -errno;
	return close_range(high + 1, ~0U, 0) ? -errno : 0;
}

/* The tree becomes all there is: every mount of the host is let go. */
static int leave_host(int tree)
{
	if (move_mount(tree, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) ||
	    fchdir(tree) || syscall(SYS_pivot_root, ".", ".") ||
	    umount2(".", MNT_DETACH) || chdir("/"))
		return -errno;
	return 0;
}

/* Becomes root of its user namespace, which holds the caller's ids by now. */
static int wait_for_ids(int go)
{
	char c;

	if (read(go, &c, 1) != 1)
		return -ESRCH;
	if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
		return -errno;
	return 0;
}

/*
 * The caller holds the other end of @go until the child has ended: at the end of
 * file it is gone, and there is nobody whose death would be told.
 */
static int die_with_caller(int go)
{
	struct pollfd end = { .fd = go };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return -errno;
	return poll(&end, 1, 0) ? -ESRCH : 0;
}

static int enter(const struct cell *c)
{
	const struct rlimit none = { 0, 0 };
	int ret;

	caller_signals();
	signal(SIGXFSZ, SIG_IGN);
	close(c->go[1]);
	ret = wait_for_ids(c->go[0]) ?: die_with_caller(c->go[0]);
	if (ret)
		return ret;
	umask(022);
	if (setsid() < 0)
		return -errno;
	ret = close_others(c->tree, c->given) ?: leave_host(c->tree);
	if (ret)
		return ret;
	close(c->tree);
	if (setrlimit(RLIMIT_CORE, &none) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return set_capabilities() ?: set_memory() ?: jail_calls();
}

static void __attribute__((noreturn)) in_child(struct desk *desk,
					       const struct cell *c, jail_fn fn,
					       void *arg)
{
	desk->ret = enter(c);
	if (desk->ret)
		refuse(&desk->p, -desk->ret, "the child that reads templates cannot be confined: %s",
		       strerror(-desk->ret));
	else
		desk->ret = fn(&desk->p, c->given, arg);
	desk->done = true;
	_exit(0);
}

/* The caller's ids are the tree's, so none is shifted. */
static int map_ids(pid_t pid, const char *name)
{
	static const char map[] = "0 0 4294967295\n";
	char path[64];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, map, sizeof(map) - 1) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int release(const struct cell *c)
{
	int ret = map_ids(child, "uid_map") ?: map_ids(child, "gid_map");

	if (!ret && write(c->go[1], "g", 1) != 1)
		ret = -errno;
	return ret;
}

/* Draws while the child works; it has no terminal. */
static void watch(const struct desk *desk, int pidfd)
{
	const volatile uint64_t *at = &desk->p.at, *total = &desk->p.total;
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	struct progress bar;

	progress_begin(&bar, desk->p.quiet, desk->p.label ?: "", 0);
	while (bar.on && poll(&end, 1, 100) <= 0) {
		bar.total = *total;
		progress_at(&bar, *at);
	}
	progress_end(&bar);
}

static int wait_for_child(struct desk *desk)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return refuse(&desk->p, errno, "the child that reads templates is lost");
	if (interrupted)
		return refuse(&desk->p, EINTR, "a signal ended it");
	if (WIFSIGNALED(status))
		return refuse(&desk->p, EIO, "the child that reads templates was killed by signal %d",
			      WTERMSIG(status));
	if (!desk->done)
		return refuse(&desk->p, EIO, "the child that reads templates gave no result");
	return desk->ret;
}

/*
 * The C library reads its tables of character sets once, at the first use: here,
 * not in a stranger's tree.
 */
static void load_tables(void)
{
	/* Refuses the one value that stands for a failure. Both are in the C library. */
	iconv_close(iconv_open("ANSI_X3.4-1968", "UTF-8"));
}

/* A mount of @fd's directory that shares no events with the host's. */
static int open_mount(int fd)
{
	struct mount_attr attr = { .propagation = MS_PRIVATE };
	int tree = open_tree(fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
				     AT_RECURSIVE | AT_EMPTY_PATH);

	if (tree >= 0 && mount_setattr(tree, "", AT_RECURSIVE | AT_EMPTY_PATH,
				       &attr, sizeof(attr))) {
		close(tree);
		return -1;
	}
	return tree;
}

static void cell_close(struct cell *c, int fd)
{
	const int fds[] = { c->tree, c->mount, c->go[0], c->go[1],
			    c->given == fd ? -1 : c->given };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* A directory is given as the root of a mount, so that ".." leads nowhere. */
static int cell_make(struct cell *c, int dirfd, int fd)
{
	struct stat st;

	*c = (struct cell){ .tree = open_mount(dirfd), .given = fd, .mount = -1,
			    .go = { -1, -1 } };
	if (c->tree < 0 || pipe2(c->go, O_CLOEXEC))
		return -errno;
	if (fd < 0)
		return 0;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return 0;
	c->given = -1;
	c->mount = open_mount(fd);
	if (c->mount >= 0)
		c->given = openat(c->mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return c->given < 0 ? -errno : 0;
}

static int work(struct desk *desk, struct cell *c, jail_fn fn, void *arg)
{
	int pidfd = -1, ret;
	struct clone_args ca = {
		.flags = SPACES | CLONE_PIDFD, .pidfd = (uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};

	fflush(NULL);
	child = syscall(SYS_clone3, &ca, sizeof(ca));
	if (!child)
		in_child(desk, c, fn, arg);
	if (child < 0)
		return refuse(&desk->p, errno, "no child could be started: %s", strerror(errno));
	ret = release(c);
	/* A signal that came before there was a child to kill. */
	if (ret || interrupted)
		kill(child, SIGKILL);
	else
		watch(desk, pidfd);
	close(pidfd);
	if (!ret)
		return wait_for_child(desk);
	waitpid(child, NULL, 0);
	return refuse(&desk->p, -ret, "the ids of the child that reads templates cannot be mapped: %s",
		      strerror(-ret));
}

int jail_run(int dirfd, int fd, jail_fn fn, void *arg,
	     struct tree_job *p)
{
	struct sigaction sa = { .sa_handler = on_signal }, old[NSIGNALS];
	struct desk *desk;
	struct cell c;
	int ret;

	desk = mmap(NULL, sizeof(*desk), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (desk == MAP_FAILED)
		return refuse(p, errno, "no memory");
	desk->p = *p;
	load_tables();
	interrupted = 0;
	child = 0;
	for (size_t i = 0; i < NSIGNALS; i++)
		sigaction(held_off[i], caller_ignores(held_off[i]) ? NULL : &sa,
			  &old[i]);
	ret = cell_make(&c, dirfd, fd);
	if (ret)
		refuse(&desk->p, -ret, "the directory cannot be mounted apart for the child that reads templates: %s",
		       strerror(-ret));
	else
		ret = work(desk, &c, fn, arg);
	cell_close(&c, fd);
	for (size_t i = 0; i < NSIGNALS; i++)
		sigaction(held_off[i], &old[i], NULL);
	*p = desk->p;
	p->sentence[sizeof(p->sentence) - 1] = '\0';
	munmap(desk, sizeof(*desk));
	return ret;
}
