// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - processors, tasks and disks that a container sees
 *
 * Witness: usage_usec of its cgroup, its cpuset, the clock, and what the host sees.
 */
#include <sys/prctl.h>

#include <kselftest_harness.h>
#include "help/servant.h"

#define SIZE (64 * 1024)

FIXTURE(procfs)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	char *text, *path; /* shared with the init */
	time_t unbound, bound; /* before and after the binding */
};

/* An order too. */
static long read_file(long text, long path)
{
	int fd = open((char *)path, O_RDONLY | O_CLOEXEC), n = -1, len = 0;

	while (fd >= 0 && (n = read(fd, (char *)text + len, SIZE - 1 - len)) > 0)
		len += n;
	((char *)text)[len] = 0;
	close(fd);
	return n < 0 ? -1 : len;
}

static long spin(long ms, long b)
{
	struct timespec ts;
	long end = 0, now;

	do {
		getppid();
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
		now = ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
		end = end ?: now + ms;
	} while (now < end);
	return 0;
}

static long rename_self(long name, long b)
{
	return prctl(PR_SET_NAME, name);
}

/* A sleeper, in a pid namespace of its own if so; its pid as seen here. */
static long leave_one(long nested, long b)
{
	if (nested && unshare(CLONE_NEWPID))
		return -errno;
	return fork_sleeper();
}

static long eat(long bytes, long b)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

#define look(path) ({							\
	long _n = tell(self->s, read_file, (long)self->text, (long)(path)); \
									\
	EXPECT_GE(_n, 0);						\
	_n;								\
})

/* The number behind a word that begins a line; -1: there is none. */
static long behind(const char *text, const char *word)
{
	char line[64];
	const char *at;

	snprintf(line, sizeof(line), "\n%s", word);
	at = strncmp(text, word, strlen(word)) ? strstr(text, line) : text - 1;
	return at ? atol(at + strlen(line)) : -1;
}

static int lines(const char *text, const char *word)
{
	int n = !strncmp(text, word, strlen(word));
	char line[64];

	snprintf(line, sizeof(line), "\n%s", word);
	while ((text = strstr(text, line))) {
		text++;
		n++;
	}
	return n;
}

static long start_of(const char *text)
{
	const char *at = strrchr(text, ')');
	int i;

	for (i = 2; at && i < 22; i++)
		at = strchr(at + 1, ' ');
	return at ? atol(at) : -1;
}

FIXTURE_SETUP(procfs)
{
	put_file("/sys/fs/cgroup", "cgroup.subtree_control", "+memory +cpuset");
	ASSERT_EQ(0, genl_open(&self->g));
	self->text = shared(SIZE);
	self->path = shared(4096);
	ASSERT_TRUE(self->text && self->path);
	self->unbound = time(NULL);
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
	self->bound = time(NULL);
}

FIXTURE_TEARDOWN(procfs)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(procfs, stat_has_its_own_time)
{
	long user, nice, system, idle, usec;
	char path[96];

	ASSERT_EQ(0, tell(self->s, spin, 300, 0));
	look("/proc/stat");
	ASSERT_EQ(4, sscanf(self->text, "cpu  %ld %ld %ld %ld 0 0 0 0 0 0\n", &user,
			    &nice, &system, &idle));
	EXPECT_EQ(3, lines(self->text, "cpu"));
	EXPECT_GE(behind(self->text, "btime "), self->unbound - 1);
	EXPECT_LE(behind(self->text, "btime "), self->bound + 1);
	EXPECT_EQ(1, behind(self->text, "processes "));
	EXPECT_EQ(1, behind(self->text, "procs_running "));
	EXPECT_GT(behind(self->text, "ctxt "), 0);
	snprintf(path, sizeof(path), "%s/cpu.stat", self->ct.cgroup);
	read_file((long)self->text, (long)path);
	usec = behind(self->text, "usage_usec ");
	EXPECT_LT(labs((user + system) * 10000 - usec), 100000 * slow());
	EXPECT_LE(idle, 200 * (time(NULL) + 1 - self->unbound));
}

CLAIM(procfs, processors_are_those_of_its_cpuset)
{
	look("/proc/cpuinfo");
	EXPECT_EQ(2, lines(self->text, "processor"));
	ASSERT_EQ(0, put_file(self->ct.cgroup, "cpuset.cpus", "1"));
	look("/proc/cpuinfo");
	EXPECT_EQ(1, lines(self->text, "processor"));
	EXPECT_NE(NULL, strstr(self->text, "processor\t: 1\n"));
	look("/proc/stat");
	EXPECT_EQ(2, lines(self->text, "cpu"));
	EXPECT_EQ(1, lines(self->text, "cpu1 "));
	look("/sys/devices/system/cpu/online");
	EXPECT_STREQ("1\n", self->text);
	look("/sys/devices/system/cpu/possible");
	EXPECT_STREQ("0-1\n", self->text);
	read_file((long)self->text, (long)"/sys/devices/system/cpu/online");
	EXPECT_STREQ("0-1\n", self->text);
	read_file((long)self->text, (long)"/proc/cpuinfo");
	EXPECT_EQ(2, lines(self->text, "processor"));
}

#define path_of(...) ({							\
	snprintf(self->path, 64, __VA_ARGS__);				\
	self->path;							\
})

/* Its only child. */
static long child_of(pid_t pid)
{
	char path[64], text[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "re");
	if (!f || !fgets(text, sizeof(text), f))
		text[0] = 0;
	if (f)
		fclose(f);
	return atol(text);
}

CLAIM(procfs, tasks_started_after_the_container)
{
	long host, later;
	char *end;

	strcpy(self->path, "a) b 1 (2");
	ASSERT_EQ(0, tell(self->s, rename_self, (long)self->path, 0));
	path_of("/proc/%d/stat", self->ct.init);
	ASSERT_GT(read_file((long)self->text, (long)self->path), 0);
	host = start_of(self->text);
	look(self->path);
	EXPECT_EQ(0, start_of(self->text));
	/* What stands behind it is there. */
	end = strrchr(self->text, '\n');
	EXPECT_TRUE(end && !end[1]);
	ASSERT_GT(tell(self->s, leave_one, 0, 0), 0);
	path_of("/proc/%ld/stat", child_of(self->ct.init));
	ASSERT_GT(read_file((long)self->text, (long)self->path), 0);
	later = start_of(self->text) - host;
	look(self->path);
	EXPECT_LE(labs(start_of(self->text) - later), 100);
	EXPECT_GE(host, 100);
}

CLAIM(procfs, status_names_container_and_pid)
{
	path_of("/proc/%d/status", getpid());
	read_file((long)self->text, (long)self->path);
	EXPECT_EQ(NULL, strstr(self->text, "envID"));
	/* A task of the host stays one for a reader inside. */
	look(self->path);
	EXPECT_EQ(NULL, strstr(self->text, "envID"));
	path_of("/proc/%d/status", self->ct.init);
	read_file((long)self->text, (long)self->path);
	EXPECT_NE(NULL, strstr(self->text, "\nenvID:\t101\nVPid:\t1\n"));
	look(self->path);
	EXPECT_NE(NULL, strstr(self->text, "\nenvID:\t101\nVPid:\t1\n"));
	ASSERT_EQ(2, tell(self->s, leave_one, true, 0));
	path_of("/proc/%ld/status", child_of(self->ct.init));
	read_file((long)self->text, (long)self->path);
	EXPECT_NE(NULL, strstr(self->text, "\nenvID:\t101\nVPid:\t2\n"));
	EXPECT_EQ(1, lines(self->text, "envID"));
}

CLAIM(procfs, kills_are_its_own)
{
	long host;

	read_file((long)self->text, (long)"/proc/vmstat");
	host = behind(self->text, "oom_kill ");
	look("/proc/vmstat");
	EXPECT_EQ(0, behind(self->text, "oom_kill "));
	EXPECT_GT(behind(self->text, "nr_free_pages "), 0);
	ASSERT_EQ(0, put_file(self->ct.cgroup, "memory.max", "8388608"));
	EXPECT_EQ(SIGKILL, tell(self->s, eat, 32 << 20, 0));
	look("/proc/vmstat");
	EXPECT_EQ(1, behind(self->text, "oom_kill "));
	read_file((long)self->text, (long)"/proc/vmstat");
	EXPECT_EQ(host + 1, behind(self->text, "oom_kill "));
}

CLAIM(procfs, disks_are_the_hosts_business)
{
	EXPECT_EQ(0, look("/proc/diskstats"));
	EXPECT_GT(read_file((long)self->text, (long)"/proc/diskstats"), 0);
	look("/proc/swaps");
	EXPECT_EQ(0, strncmp(self->text, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n", 40));
	EXPECT_EQ(1, lines(self->text, "Filename"));
}

TEST_HARNESS_MAIN
