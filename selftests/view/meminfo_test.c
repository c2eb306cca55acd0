// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - the memory that a container sees
 *
 * Witness: memory.max, memory.current and memory.stat of its cgroup, and what the
 * host sees of itself meanwhile.
 */
#include <sys/swap.h>
#include <sys/sysinfo.h>

#include <kselftest_harness.h>
#include "help/servant.h"

#define KB 1024L
#define MB (1024 * KB)
#define SWAPFILE "/var/tmp/view.swap"

FIXTURE(memory)
{
	struct genl g;
	struct ct ct, other;
	struct servant *s, *t;
	char *text;
};

static int read_at(const char *path, char *text, size_t size, off_t at)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int n = fd < 0 ? -1 : pread(fd, text, size, at);

	if (fd >= 0)
		close(fd);
	return n;
}

/* Orders. The first argument is shared memory of a page. */
static long read_meminfo(long text, long at)
{
	int n = read_at("/proc/meminfo", (char *)text, 4095, at);

	((char *)text)[n > 0 ? n : 0] = 0;
	return n;
}

/* The file in steps of so many bytes, through one descriptor. */
static long read_in_steps(long text, long step)
{
	int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC), n, len = 0;

	while (len < 4096 - step && (n = read(fd, (char *)text + len, step)) > 0)
		len += n;
	((char *)text)[len] = 0;
	close(fd);
	return len;
}

static long read_swaps(long text, long at)
{
	int n = read_at("/proc/swaps", (char *)text, 4095, at);

	((char *)text)[n > 0 ? n : 0] = 0;
	return n;
}

static long read_nested(long text, long at)
{
	pid_t pid;
	int status;

	if (unshare(CLONE_NEWPID))
		return -errno;
	pid = fork();
	if (!pid)
		_exit(read_meminfo(text, at) <= 0);
	waitpid(pid, &status, 0);
	return status;
}

static long call_sysinfo(long info, long b)
{
	return syscall(SYS_sysinfo, info) ? -errno : 0;
}

/* As a 32-bit program calls it; the address is below 4 GiB. */
static long call_sysinfo32(long info, long b)
{
	int ret;

	asm volatile("int $0x80" : "=a" (ret) : "a" (116), "b" ((uint32_t)info)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

static long touch(long bytes, long b)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED;
}

static long fill_memfd(long bytes, long b)
{
	int fd = syscall(SYS_memfd_create, "view", 0);
	char block[4096] = "x";

	for (; bytes > 0; bytes -= sizeof(block))
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return -errno;
	return 0;
}

/* The figure behind a key, in kB; -1: no such line. */
static long figure(const char *text, const char *key)
{
	char line[64];
	const char *at;

	snprintf(line, sizeof(line), "\n%s:", key);
	at = strncmp(text, line + 1, strlen(line + 1)) ? strstr(text, line) : text - 1;
	return at ? atol(at + strlen(line)) : -1;
}

static long stat_of(const struct ct *ct, const char *key)
{
	char path[96], line[128], name[64];
	long v, found = -1;
	FILE *f;

	snprintf(path, sizeof(path), "%s/memory.stat", ct->cgroup);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %ld", name, &v) == 2 && !strcmp(name, key))
			found = v;
	if (f)
		fclose(f);
	return found;
}

#define inside(key) ({							\
	long _n = tell(self->s, read_meminfo, (long)self->text, 0);	\
									\
	EXPECT_GT(_n, 0);						\
	figure(self->text, key);					\
})

/* Figures that are read one after the other, and the kernel sums up in between. */
#define agree(a, b, slack) wait_until(labs((a) - (b)) <= (slack))

static long host_total(void)
{
	struct sysinfo info;

	return sysinfo(&info) ? -1 : (long)(info.totalram * info.mem_unit / KB);
}

FIXTURE_SETUP(memory)
{
	put_file("/sys/fs/cgroup", "cgroup.subtree_control", "+memory");
	ASSERT_EQ(0, genl_open(&self->g));
	self->text = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ASSERT_NE(MAP_FAILED, self->text);
	self->s = hire(&self->g, &self->ct, 101, 0);
	self->t = hire(&self->g, &self->other, 102, 0);
	ASSERT_TRUE(self->s && self->t);
	ASSERT_EQ(0, put_file(self->ct.cgroup, "memory.max", "67108864"));
	ASSERT_EQ(0, put_file(self->other.cgroup, "memory.max", "100663296"));
}

FIXTURE_TEARDOWN(memory)
{
	ct_kill(&self->ct);
	ct_kill(&self->other);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(memory, each_container_sees_its_own_limit_and_use)
{
	long host = host_total();

	EXPECT_EQ(64 * KB, inside("MemTotal"));
	ASSERT_GT(tell(self->t, read_meminfo, (long)self->text, 0), 0);
	EXPECT_EQ(96 * KB, figure(self->text, "MemTotal"));
	EXPECT_EQ(host, host_total());
	ASSERT_EQ(0, tell(self->s, touch, 20 * MB, 0));
	EXPECT_TRUE(agree(inside("MemFree"),
			  64 * KB - get_number(self->ct.cgroup, "memory.current") / KB, 512));
	EXPECT_GE(inside("AnonPages"), 20 * KB);
	EXPECT_TRUE(agree(inside("AnonPages"), stat_of(&self->ct, "anon") / KB, 256));
	ASSERT_EQ(0, tell(self->s, fill_memfd, 8 * MB, 0));
	EXPECT_TRUE(agree(inside("Shmem"), 8 * KB, 512));
	EXPECT_TRUE(agree(inside("Cached"), stat_of(&self->ct, "file") / KB, 256));
	EXPECT_LE(inside("MemAvailable"), 64 * KB - 28 * KB);
}

CLAIM(memory, the_lowest_limit_above_counts)
{
	EXPECT_EQ(0, put_file(self->ct.cgroup, "memory.max", "max"));
	EXPECT_EQ(host_total(), inside("MemTotal"));
	EXPECT_EQ(0, put_file(self->ct.cgroup, "memory.max", "70368744177664"));
	EXPECT_EQ(host_total(), inside("MemTotal"));
	EXPECT_EQ(0, put_file(self->ct.cgroup, "memory.max", "33554432"));
	EXPECT_EQ(32 * KB, inside("MemTotal"));
}

CLAIM(memory, swap_is_what_it_may_have_of_the_hosts)
{
	EXPECT_EQ(0, inside("SwapTotal"));
	ASSERT_EQ(0, system("dd if=/dev/zero of=" SWAPFILE " bs=1M count=48 2>/dev/null && chmod 600 " SWAPFILE " && mkswap " SWAPFILE " >/dev/null"));
	ASSERT_EQ(0, swapon(SWAPFILE, 0));
	EXPECT_EQ(0, put_file(self->ct.cgroup, "memory.swap.max", "16777216"));
	EXPECT_EQ(16 * KB, inside("SwapTotal"));
	EXPECT_EQ(16 * KB, inside("SwapFree"));
	ASSERT_GT(tell(self->s, read_swaps, (long)self->text, 0), 0);
	EXPECT_NE(NULL, strstr(self->text, "virtual\t\t16384\t\t0\t"));
	EXPECT_EQ(NULL, strstr(self->text, SWAPFILE));
	EXPECT_EQ(0, put_file(self->ct.cgroup, "memory.max", "16777216"));
	ASSERT_EQ(0, tell(self->s, touch, 24 * MB, 0));
	EXPECT_LT(inside("SwapFree"), 16 * KB);
	EXPECT_TRUE(agree(inside("SwapFree"),
			  16 * KB - get_number(self->ct.cgroup, "memory.swap.current") / KB, 256));
	EXPECT_EQ(0, put_file(self->ct.cgroup, "memory.swap.max", "max"));
	EXPECT_EQ(48 * KB - 4, inside("SwapTotal"));
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(!swapoff(SWAPFILE)));
	unlink(SWAPFILE);
}

/* The lines are those of the kernel, in their order. */
CLAIM(memory, lines_are_the_hosts)
{
	static char host[8192];
	char *line, *rest = self->text, key[64];
	const char *at = host;
	int n = read_at("/proc/meminfo", host, sizeof(host) - 1, 0);

	ASSERT_GT(n, 0);
	ASSERT_GT(tell(self->s, read_meminfo, (long)self->text, 0), 0);
	EXPECT_GT(strlen(self->text), 1000);
	while ((line = strsep(&rest, "\n")) && *line) {
		snprintf(key, sizeof(key), "%.*s", (int)strcspn(line, ":") + 1, line);
		at = strstr(at, key);
		ASSERT_NE(NULL, at) {
			TH_LOG("%s is not there, or elsewhere", key);
		}
		EXPECT_EQ(strcspn(at, "\n"), strlen(line));
	}
}

CLAIM(memory, read_in_any_steps)
{
	char whole[4096];
	long n = tell(self->s, read_meminfo, (long)self->text, 0);

	ASSERT_GT(n, 0);
	memcpy(whole, self->text, n + 1);
	EXPECT_EQ(n, tell(self->s, read_in_steps, (long)self->text, 7));
	EXPECT_EQ(figure(whole, "MemTotal"), figure(self->text, "MemTotal"));
	EXPECT_EQ(figure(whole, "VmallocTotal"), figure(self->text, "VmallocTotal"));
	EXPECT_EQ(n - 3, tell(self->s, read_meminfo, (long)self->text, 3));
	EXPECT_EQ(0, strncmp(whole + 3, self->text, 20));
	EXPECT_EQ(0, tell(self->s, read_meminfo, (long)self->text, n));
	EXPECT_EQ(0, tell(self->s, read_meminfo, (long)self->text, 1 << 20));
}

CLAIM(memory, a_pid_namespace_inside_belongs_to_the_container)
{
	ASSERT_EQ(0, tell(self->s, read_nested, (long)self->text, 0));
	EXPECT_EQ(64 * KB, figure(self->text, "MemTotal"));
}

CLAIM(memory, sysinfo_tells_the_same)
{
	const struct sysinfo *info = (struct sysinfo *)self->text;
	const uint32_t *small = (uint32_t *)self->text;
	struct sysinfo host;

	ASSERT_EQ(0, sysinfo(&host));
	EXPECT_EQ(host_total(), (long)(host.totalram * host.mem_unit / KB));
	ASSERT_EQ(0, tell(self->s, touch, 20 * MB, 0));
	ASSERT_EQ(0, tell(self->s, call_sysinfo, (long)self->text, 0));
	EXPECT_EQ(64UL * MB, info->totalram);
	EXPECT_EQ(1, info->mem_unit);
	EXPECT_EQ(0, info->totalswap);
	EXPECT_LT(labs((long)info->freeram - 64 * MB +
		       get_number(self->ct.cgroup, "memory.current")), MB);
	EXPECT_EQ(1, info->procs);
	EXPECT_LT(info->uptime, host.uptime);
	ASSERT_EQ(0, tell(self->s, call_sysinfo32, (long)self->text, 0));
	EXPECT_EQ(64U * MB, small[4]);
	EXPECT_EQ(1, small[10] & 0xffff);
	EXPECT_EQ(1, small[13]);
	EXPECT_EQ(-EFAULT, tell(self->s, call_sysinfo, 8, 0));
	EXPECT_EQ(-EFAULT, tell(self->s, call_sysinfo32, 8, 0));
}

TEST_HARNESS_MAIN
