// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 timeout=300 */
/*
 * vzctx selftests - where a container sees the host's own
 *
 * Witness: the kernel's list of hooked functions, and what the host sees.
 */
#include <kselftest_harness.h>
#include <sys/sysinfo.h>

#include "help/modload.h"
#include "help/resrow.h"
#include "help/servant.h"

FIXTURE(viewless)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	char *text;
};

static void keep_views(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a = msg_find(nlh, VZCTX_A_VIEWS);

	if (a)
		keep_text(a, data, 512);
}

/* What the module says of views. */
static char *views(struct genl *g)
{
	static char text[512];
	struct msg m;

	snprintf(text, sizeof(text), "nothing is said");
	msg_init(&m, g->family, VZCTX_CMD_INFO, 0);
	genl_talk(g, &m, keep_views, text);
	return text;
}

/* Orders. */
static long meminfo_total(long a, long b)
{
	FILE *f = fopen("/proc/meminfo", "re");
	long kb = -1;

	if (!f || fscanf(f, "MemTotal: %ld", &kb) != 1)
		kb = -1;
	if (f)
		fclose(f);
	return kb;
}

static long sysinfo_total(long a, long b)
{
	struct sysinfo info;

	return sysinfo(&info) ? -1 : (long)(info.totalram * info.mem_unit / 1024);
}

static long uptime(long a, long b)
{
	FILE *f = fopen("/proc/uptime", "re");
	long s = -1;

	if (!f || fscanf(f, "%ld", &s) != 1)
		s = -1;
	if (f)
		fclose(f);
	return s;
}

static long open_half(long text, long b)
{
	int fd = open("/proc/meminfo", O_RDONLY);

	return read(fd, (char *)text, 100) == 100 ? fd : -1;
}

FIXTURE_SETUP(viewless)
{
	put_file("/sys/fs/cgroup", "cgroup.subtree_control", "+memory");
	self->text = shared(4096);
	ASSERT_NE(NULL, self->text);
}

FIXTURE_TEARDOWN(viewless)
{
	ct_kill(&self->ct);
	if (loaded()) {
		EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
		EXPECT_TRUE(wait_until(!unload(0)));
	}
}

#define bring_up(params) ({						\
	ASSERT_EQ(0, load("linger=0 " params));				\
	ASSERT_EQ(0, genl_open(&self->g));				\
	self->s = hire(&self->g, &self->ct, 101, 0);			\
	ASSERT_NE(NULL, self->s);					\
	ASSERT_EQ(0, put_file(self->ct.cgroup, "memory.max", "67108864")); \
})

CLAIM(viewless, all_are_there)
{
	bring_up("");
	EXPECT_STREQ("", views(&self->g));
	EXPECT_EQ(1, lines_with(ENABLED, "meminfo_proc_show "));
	EXPECT_EQ(65536, tell(self->s, meminfo_total, 0, 0));
	EXPECT_EQ(65536, tell(self->s, sysinfo_total, 0, 0));
}

CLAIM(viewless, one_that_is_not_hooked)
{
	bring_up("withhold=meminfo_proc_show");
	EXPECT_STREQ("/proc/meminfo: meminfo_proc_show cannot be hooked; see the kernel log",
		     views(&self->g));
	EXPECT_EQ(0, lines_with(ENABLED, "meminfo_proc_show "));
	EXPECT_EQ(meminfo_total(0, 0), tell(self->s, meminfo_total, 0, 0));
	EXPECT_EQ(65536, tell(self->s, sysinfo_total, 0, 0));
	EXPECT_EQ(0, system("dmesg | grep -q 'vzctx: cannot hook meminfo_proc_show: .*; containers see /proc/meminfo of the host'"));
}

CLAIM(viewless, another_prototype)
{
	if (untold())
		SKIP(return, "this kernel does not tell prototypes");
	bring_up("plant=uptime_proc_show:2:int");
	EXPECT_STREQ("/proc/uptime: uptime_proc_show has another prototype on this kernel",
		     views(&self->g));
	EXPECT_LT(labs(uptime(0, 0) - tell(self->s, uptime, 0, 0)), 3);
	EXPECT_EQ(65536, tell(self->s, meminfo_total, 0, 0));
}

/* A file that was opened and half read inside outlives container and module. */
CLAIM(viewless, half_read_when_the_module_goes)
{
	int pidfd, fd;
	long n;

	/* Or else the file would keep the container. */
	bring_up("withhold=alloc_empty_file");
	n = tell(self->s, open_half, (long)self->text, 0);
	ASSERT_GE(n, 0);
	pidfd = syscall(SYS_pidfd_open, self->ct.init, 0);
	fd = syscall(SYS_pidfd_getfd, pidfd, n, 0);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(0, strncmp(self->text, "MemTotal:          65536 kB\n", 28));
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_TRUE(wait_until(!unload(0)));
	EXPECT_GT(read(fd, self->text, 4096), 500);
	ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
	n = read(fd, self->text, 4095);
	ASSERT_GT(n, 500);
	self->text[n] = 0;
	EXPECT_EQ(meminfo_total(0, 0), atol(self->text + strlen("MemTotal:")));
}

TEST_HARNESS_MAIN
