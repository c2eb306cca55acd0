// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what a caller hands down
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/msg.h"
#include "program/caller.h"

#define INF		RLIM_INFINITY
#define MIB		(1UL << 20)

#define TIMER_SLACK_NS	50000	/* the kernel's for its first task */
#define CPUS_MAX	8192
#define CORE_DUMP_OF	"0x33"	/* the kernel's: no files, no shared memory */

/*
 * A user namespace remembers the soft limits of whoever made it as the most
 * that all its tasks together may have of pending signals, message queues and
 * locked memory. That is no caller's to say, so the tool has none of these.
 */
static const struct {
	int which;
	struct rlimit tool;
	struct rlimit inside;
} limits[] = {
	{ RLIMIT_NOFILE, { 1024, 524288 }, { 1024, 524288 } },
	{ RLIMIT_CORE, { 0, INF }, { 0, INF } },
	{ RLIMIT_STACK, { 8 * MIB, INF }, { 8 * MIB, INF } },
	{ RLIMIT_NPROC, { INF, INF }, { INF, INF } },
	{ RLIMIT_CPU, { INF, INF }, { INF, INF } },
	{ RLIMIT_FSIZE, { INF, INF }, { INF, INF } },
	{ RLIMIT_AS, { INF, INF }, { INF, INF } },
	{ RLIMIT_DATA, { INF, INF }, { INF, INF } },
	{ RLIMIT_RSS, { INF, INF }, { INF, INF } },
	{ RLIMIT_LOCKS, { INF, INF }, { INF, INF } },
	{ RLIMIT_RTTIME, { INF, INF }, { INF, INF } },
	{ RLIMIT_MEMLOCK, { INF, INF }, { 8 * MIB, INF } },
	{ RLIMIT_SIGPENDING, { INF, INF }, { INF, INF } },	/* see pending */
	{ RLIMIT_MSGQUEUE, { INF, INF }, { 819200, 819200 } },
	{ RLIMIT_NICE, { 0, 0 }, { 0, 0 } },
	{ RLIMIT_RTPRIO, { 0, 0 }, { 0, 0 } },
};

#define NLIMITS	(sizeof(limits) / sizeof(limits[0]))

/* How many signals may wait the kernel has from the size of its memory. */
static struct rlimit pending = { INF, INF };

/*
 * One that is closed is not to become a file that is opened later. What is to go
 * to a standard output that is closed is lost, so writing to it fails.
 * Return: 0 or -errno.
 */
static int standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) < 0)
			return -errno;
	return 0;
}

bool caller_ignores(int sig)
{
	struct sigaction sa;

	return !sigaction(sig, NULL, &sa) && sa.sa_handler == SIG_IGN;
}

static void signals(bool keep)
{
	struct sigaction sa;
	sigset_t none;

	for (int i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &sa) || sa.sa_handler == SIG_DFL)
			continue;
		if (!keep || sa.sa_handler != SIG_IGN ||
		    (i != SIGHUP && i != SIGINT && i != SIGQUIT))
			signal(i, SIG_DFL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void caller_signals(void)
{
	signals(false);
}

/* Without privilege the hard limit stays, and the soft one goes up to it. */
static void raise_limit(int which, struct rlimit to)
{
	struct rlimit have;

	if (!setrlimit(which, &to) || getrlimit(which, &have))
		return;
	if (to.rlim_cur > have.rlim_max)
		to.rlim_cur = have.rlim_max;
	to.rlim_max = have.rlim_max;
	setrlimit(which, &to);
}

int caller_limits(void)
{
	for (size_t i = 0; i < NLIMITS; i++)
		if (setrlimit(limits[i].which, limits[i].which == RLIMIT_SIGPENDING ?
			      &pending : &limits[i].inside))
			return -errno;
	return 0;
}

int caller_begin(void)
{
	int ret = standard_descriptors();

	if (ret)
		return ret;
	signals(true);
	umask(022);
	/* It would have options end at the first other word. */
	unsetenv("POSIXLY_CORRECT");
	prlimit(1, RLIMIT_SIGPENDING, NULL, &pending);
	for (size_t i = 0; i < NLIMITS; i++)
		raise_limit(limits[i].which, limits[i].tool);
	return 0;
}

static int policy(void)
{
	const struct sched_param p = { 0 };

	return sched_setscheduler(0, SCHED_OTHER, &p);
}

static int nice_value(void)
{
	return setpriority(PRIO_PROCESS, 0, 0);
}

/* Being set at all, even to what it was, it would not follow the host any more. */
static bool on_all_processors(void)
{
	unsigned char has[CPUS_MAX / 8];
	int len = syscall(SYS_sched_getaffinity, 0, sizeof(has), has), n = 0;

	for (int i = 0; i < len; i++)
		n += __builtin_popcount(has[i]);
	return len > 0 && n >= sysconf(_SC_NPROCESSORS_ONLN);
}

static int processors(void)
{
	unsigned char all[CPUS_MAX / 8];

	if (on_all_processors())
		return 0;
	/* Those that are not there, or not in the cpuset, the kernel leaves out. */
	memset(all, 0xff, sizeof(all));
	return sched_setaffinity(0, sizeof(all), (const cpu_set_t *)all);
}

static int memory_nodes(void)
{
	return syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0UL);
}

static int io_priority(void)
{
	return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
		       IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0));
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -1;
	if (write(fd, text, strlen(text)) < 0)
		ret = -1;
	close(fd);
	return ret;
}

/* Written with privilege, it is also the least that a task inside can set. */
static int oom_score(void)
{
	return put("/proc/self/oom_score_adj", "0");
}

static int core_filter(void)
{
	return put("/proc/self/coredump_filter", CORE_DUMP_OF);
}

static int persona(void)
{
	return personality(PER_LINUX) < 0 ? -1 : 0;
}

/* There is no way back from it. */
static int no_new_privs(void)
{
	errno = EPERM;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? -1 : 0;
}

static int timer_slack(void)
{
	return prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
}

static int huge_pages(void)
{
	return prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
}

/* Who may not clear it could not have set it, and its children neither. */
static int io_flusher(void)
{
	prctl(PR_SET_IO_FLUSHER, 0, 0, 0, 0);
	return 0;
}

void caller_forget(void)
{
	static const struct {
		const char *what;
		int (*reset)(void);
	} ways[] = {
		/* A deadline task cannot fork; a real-time one has no nice value. */
		{ "scheduling policy", policy },
		{ "nice value", nice_value },
		{ "choice of processors", processors },
		{ "choice of memory nodes", memory_nodes },
		{ "I/O priority", io_priority },
		{ "OOM score", oom_score },
		{ "choice of what is in a core dump", core_filter },
		{ "personality", persona },
		{ "promise to gain no privileges", no_new_privs },
		{ "timer slack", timer_slack },
		{ "refusal of huge pages", huge_pages },
		{ "way of allocating memory", io_flusher },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		/* What a kernel does not have cannot be handed down. */
		if (ways[i].reset() && errno != ENOSYS && errno != EINVAL &&
		    errno != ENOENT)
			msg_note("warning: the caller's %s cannot be changed and reaches the container: %s",
				 ways[i].what, strerror(errno));
}
