// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - the time and load that a container sees
 *
 * Witness: pids.current and usage_usec of its cgroup, and the clock.
 */
#include <sys/sysinfo.h>

#include <kselftest_harness.h>
#include "help/servant.h"

FIXTURE(view)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	char *text;
	double unbound, bound; /* before and after the binding */
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static long read_file(long text, long path)
{
	int fd = open((char *)path, O_RDONLY | O_CLOEXEC);
	int n = read(fd, (char *)text, 4095);

	((char *)text)[n > 0 ? n : 0] = 0;
	close(fd);
	return n;
}

static long call_sysinfo(long info, long b)
{
	return syscall(SYS_sysinfo, info) ? -errno : 0;
}

static long more(long n, long spinning)
{
	while (n--) {
		pid_t pid = fork();

		while (!pid && spinning)
			getppid();
		if (!pid)
			pause_forever();
		if (pid < 0)
			return -errno;
	}
	return 0;
}

#define look(path) ({							\
	long _n = tell(self->s, read_file, (long)self->text, (long)(path)); \
									\
	EXPECT_GT(_n, 0);						\
	_n;								\
})

FIXTURE_SETUP(view)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->text = shared(4096);
	ASSERT_NE(NULL, self->text);
	self->unbound = now();
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
	self->bound = now();
}

FIXTURE_TEARDOWN(view)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(view, uptime_counts_from_the_binding)
{
	double up, idle, host, least, most;
	char line[64] = "";
	FILE *f;

	least = now() - self->bound;
	look("/proc/uptime");
	most = now() - self->unbound;
	ASSERT_EQ(2, sscanf(self->text, "%lf %lf\n", &up, &idle));
	EXPECT_GE(up, least - .02);
	EXPECT_LE(up, most);
	EXPECT_LE(idle, 2 * up + .02);
	f = fopen("/proc/uptime", "re");
	ASSERT_TRUE(f && fgets(line, sizeof(line), f));
	fclose(f);
	ASSERT_EQ(1, sscanf(line, "%lf", &host));
	EXPECT_LT(now() - host, 1);
}

CLAIM(view, load_is_of_its_own_tasks)
{
	struct sysinfo *info = (struct sysinfo *)self->text;
	unsigned int running, all, last;
	double load = 0;

	look("/proc/loadavg");
	EXPECT_EQ(0, strncmp(self->text, "0.00 0.00 0.00 ", 15));
	ASSERT_EQ(3, sscanf(self->text + 15, "%u/%u %u", &running, &all, &last));
	EXPECT_EQ(1, running);
	EXPECT_EQ(pids_current(&self->ct), all);
	EXPECT_EQ(1, last);
	ASSERT_EQ(0, tell(self->s, more, 3, false));
	ASSERT_EQ(0, tell(self->s, more, 2, true));
	look("/proc/loadavg");
	ASSERT_EQ(3, sscanf(self->text + 15, "%u/%u %u", &running, &all, &last));
	EXPECT_EQ(3, running);
	EXPECT_EQ(pids_current(&self->ct), all);
	EXPECT_EQ(6, last);
	EXPECT_TRUE(wait_until(look("/proc/loadavg") > 0 &&
			       sscanf(self->text, "%lf", &load) == 1 && load > .1));
	ASSERT_EQ(0, tell(self->s, call_sysinfo, (long)self->text, 0));
	EXPECT_GT(info->loads[0], 65536 / 10);
	EXPECT_EQ(6, info->procs);
}

TEST_HARNESS_MAIN
