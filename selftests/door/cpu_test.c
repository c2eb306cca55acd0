// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - processor time of a container
 *
 * The witness is the container's cgroup: usage_usec of its cpu.stat, which the
 * scheduler keeps for every group, controllers or not.
 */
#include <linux/vzcalluser.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/sysinfo.h>

#include <kselftest_harness.h>
#include "help/world.h"

struct work {
	volatile int go;	/* 1: one round; then 0 */
	volatile int tasks;
	volatile int spin_ms;
	volatile bool forever;
};

struct cpu {
	uint64_t v[VZCTX_CPU_A_MAX + 1];
};

static void keep_cpu(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *nest = msg_find(nlh, VZCTX_A_CPU);
	struct cpu *cpu = data;

	if (nest)
		for_each_attr(a, attr_data(nest), attr_len(nest))
			if (attr_type(a) <= VZCTX_CPU_A_MAX)
				cpu->v[attr_type(a)] = attr_u64(a);
}

static struct cpu cpu_of(struct genl *g, uint32_t ctid)
{
	struct cpu cpu = {};
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_GET, 0);
	msg_u32(&m, VZCTX_A_CTID, ctid);
	if (genl_talk(g, &m, keep_cpu, &cpu))
		cpu.v[VZCTX_CPU_A_USER] = UINT64_MAX;
	return cpu;
}

static uint64_t used(struct cpu c)
{
	return c.v[VZCTX_CPU_A_USER] + c.v[VZCTX_CPU_A_SYSTEM];
}

static uint64_t usage_usec(const struct ct *ct)
{
	unsigned long long usec = 0;
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/cpu.stat", ct->cgroup);
	f = fopen(path, "re");
	if (!f || fscanf(f, "usage_usec %llu", &usec) != 1)
		usec = 0;
	if (f)
		fclose(f);
	return usec;
}

static void spin(int ms)
{
	struct timespec ts;
	long end;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	end = ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + ms;
	do {
		getppid();
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	} while (ts.tv_sec * 1000 + ts.tv_nsec / 1000000 < end);
}

static void *spin_thread(void *arg)
{
	spin(*(int *)arg);
	return NULL;
}

/* Processes of two threads each, that exit in every order. */
static void worker(int ms)
{
	pthread_t t;

	pthread_create(&t, NULL, spin_thread, &ms);
	spin(ms);
	if (ms % 2)
		pthread_join(t, NULL);
	syscall(SYS_exit, 0);
}

static void crew(void *arg)
{
	struct work *w = arg;
	int i;

	for (;;) {
		while (!w->go)
			usleep(2000);
		for (i = 0; i < w->tasks; i++) {
			if (!fork()) {
				if (w->forever)
					for (;;)
						spin(1000);
				worker(w->spin_ms + i % 2);
			}
			if (i % 4 == 3 && !w->forever)
				while (waitpid(-1, NULL, 0) > 0)
					;
		}
		if (!w->forever)
			while (waitpid(-1, NULL, 0) > 0)
				;
		w->go = 0;
		if (w->forever)
			pause_forever();
	}
}

FIXTURE(cpu)
{
	struct genl g;
	struct ct ct;
	struct work *w;
};

FIXTURE_SETUP(cpu)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->w = shared(sizeof(*self->w));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, crew, self->w));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
}

FIXTURE_TEARDOWN(cpu)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

/*
 * A group is called frozen, and a process is reaped, a little before its task has
 * left its processor, and an emulated processor may stand still in between: both
 * figures are read until neither moves.
 */
static void settle(FIXTURE_DATA(cpu) *self, uint64_t *module, uint64_t *witness)
{
	uint64_t m, w;
	int still = 0;

	*module = used(cpu_of(&self->g, 101));
	*witness = usage_usec(&self->ct);
	while (still < 5) {
		usleep(10000);
		m = used(cpu_of(&self->g, 101));
		w = usage_usec(&self->ct);
		still = m == *module && w == *witness ? still + 1 : 0;
		*module = m;
		*witness = w;
	}
}

/*
 * Frozen, nobody in the container runs, so the two can be compared at leisure:
 * not a microsecond is missing, from the forks to the last instants.
 */
CLAIM(cpu, nothing_is_lost_when_tasks_exit)
{
	uint64_t m0, m1, w0, w1;
	int64_t diff;

	/* Let the parked init settle; all it used before it was in the group. */
	ASSERT_EQ(0, put_file(self->ct.cgroup, "cgroup.freeze", "1"));
	ASSERT_TRUE(wait_until(ct_frozen(&self->ct)));
	settle(self, &m0, &w0);
	ASSERT_EQ(0, put_file(self->ct.cgroup, "cgroup.freeze", "0"));
	self->w->tasks = 60;
	self->w->spin_ms = 3;
	self->w->go = 1;
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(!self->w->go));
	ASSERT_EQ(0, put_file(self->ct.cgroup, "cgroup.freeze", "1"));
	ASSERT_TRUE(wait_until(ct_frozen(&self->ct)));
	settle(self, &m1, &w1);
	ASSERT_EQ(0, put_file(self->ct.cgroup, "cgroup.freeze", "0"));
	EXPECT_LT(60 * 3 * 2 * 1000, w1 - w0);
	diff = (int64_t)(m1 - m0) - (int64_t)(w1 - w0) * 1000;
	TH_LOG("cgroup %lu us, module %+ld ns", w1 - w0, diff);
	/* usage_usec is cut to microseconds twice. */
	EXPECT_GE(1000, diff);
	EXPECT_LE(-1000, diff);
}

CLAIM(cpu, it_never_falls)
{
	struct cpu old = {}, now;
	int looks = 0, i;

	self->w->tasks = 200 / slow();
	self->w->spin_ms = 1;
	self->w->go = 1;
	ASSERT_EQ(0, ct_go(&self->ct));
	while (self->w->go) {
		now = cpu_of(&self->g, 101);
		for (i = VZCTX_CPU_A_USER; i <= VZCTX_CPU_A_TURNS; i++)
			if (i != VZCTX_CPU_A_IDLE)
				ASSERT_GE(now.v[i], old.v[i]);
		ASSERT_NE(UINT64_MAX, now.v[VZCTX_CPU_A_USER]);
		old = now;
		looks++;
	}
	EXPECT_LT(50, looks);
}

static bool same_load(const struct cpu *c, const struct vz_load_avg *load)
{
	int i;

	for (i = 0; i < 3; i++)
		if (c->v[VZCTX_CPU_A_LOAD1 + i] !=
		    load[i].val_int * 100 + load[i].val_frac)
			return false;
	return true;
}

#define between(attr, x, unit) do {					\
	EXPECT_LE(before.v[attr] / (unit), x);				\
	EXPECT_GE(after.v[attr] / (unit), x);				\
} while (0)

CLAIM(cpu, every_door_says_the_same)
{
	struct vz_cpu_stat st;
	struct vzctl_cpustatctl a = { .veid = 101, .cpustat = &st };
	unsigned long v[12], tick = 1000000000 / sysconf(_SC_CLK_TCK);
	struct cpu before, after;
	char line[256];
	FILE *f;
	int fd = open("/dev/vzctl", O_RDWR), i;

	ASSERT_LE(0, fd);
	self->w->tasks = 8;
	self->w->spin_ms = 10;
	self->w->go = 1;
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(!self->w->go));
	do {
		before = cpu_of(&self->g, 101);
		memset(&st, 0xff, sizeof(st));
		ASSERT_EQ(0, ioctl(fd, VZCTL_GET_CPU_STAT, &a));
		/* Load is sampled now and then, so soon they agree. */
	} while (!same_load(&before, st.avenrun));
	f = fopen("/proc/vz/vestat", "re");
	ASSERT_NE(NULL, f);
	while (fgets(line, sizeof(line), f))
		;
	fclose(f);
	after = cpu_of(&self->g, 101);
	for (i = 0; i < 12; i++)
		v[i] = strtoul(line + i * 21, NULL, 10);

	between(VZCTX_CPU_A_USER, st.user_jif, tick);
	between(VZCTX_CPU_A_SYSTEM, st.system_jif, tick);
	between(VZCTX_CPU_A_UPTIME, st.uptime_jif, tick);
	between(VZCTX_CPU_A_UPTIME, st.uptime_clk, 1);
	EXPECT_EQ(0, st.nice_jif);
	EXPECT_EQ(0, st.strv_clk);
	EXPECT_EQ(101, v[0]);
	between(VZCTX_CPU_A_USER, v[1], tick);
	between(VZCTX_CPU_A_SYSTEM, v[3], tick);
	between(VZCTX_CPU_A_UPTIME, v[4], tick);
	between(VZCTX_CPU_A_UPTIME, v[7], 1);
	EXPECT_LE(used(before), v[8]);
	EXPECT_GE(used(after), v[8]);
	between(VZCTX_CPU_A_WAIT, v[10], 1);
	between(VZCTX_CPU_A_TURNS, v[11], 1);

	a.veid = 999;
	EXPECT_EQ(-1, ioctl(fd, VZCTL_GET_CPU_STAT, &a));
	EXPECT_EQ(ESRCH, errno);
	a.veid = 101;
	a.cpustat = (void *)8;
	EXPECT_EQ(-1, ioctl(fd, VZCTL_GET_CPU_STAT, &a));
	EXPECT_EQ(EFAULT, errno);
	close(fd);
}

#ifdef __x86_64__
struct cpustatctl32 {
	uint32_t veid, cpustat;
};

struct cpu_stat32 {
	uint32_t user_jif, nice_jif, system_jif, uptime_jif;
	uint32_t idle_clk[2], strv_clk[2], uptime_clk[2];
	struct vz_load_avg avenrun[3];
};

static uint64_t whole(const uint32_t *half)
{
	return half[0] | (uint64_t)half[1] << 32;
}

/* What a 32-bit program gets lies where its compiler looks for it. */
CLAIM(cpu, thirty_two_bit_callers)
{
	const uint32_t get = _IOW(VZCTLTYPE, 6, struct cpustatctl32);
	uint64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);
	int fd = open("/dev/vzctl", O_RDWR), turn;
	struct cpu before, after;
	struct cpustatctl32 *a;
	struct cpu_stat32 *st;
	uint32_t *low;

	ASSERT_LE(0, fd);
	ASSERT_EQ(64, sizeof(*st));
	low = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ASSERT_NE(MAP_FAILED, low);
	ASSERT_EQ(0, munmap(low + 1024, 4096));
	a = (void *)low;
	st = (void *)(low + 16);
	*a = (struct cpustatctl32) { .veid = 101, .cpustat = (uintptr_t)st };
	if (call32(fd, get, a) == -ENOSYS)
		SKIP(return, "this kernel serves no 32-bit programs");
	self->w->tasks = 8;
	self->w->spin_ms = 10;
	self->w->go = 1;
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(!self->w->go));
	for (turn = 0; turn < 100; turn++) {
		memset(st, 0xff, sizeof(*st) + 4);
		before = cpu_of(&self->g, 101);
		ASSERT_EQ(0, call32(fd, get, a));
		after = cpu_of(&self->g, 101);
		if (same_load(&before, st->avenrun))
			break;
	}
	EXPECT_LT(turn, 100);
	between(VZCTX_CPU_A_USER, st->user_jif, tick);
	between(VZCTX_CPU_A_SYSTEM, st->system_jif, tick);
	between(VZCTX_CPU_A_UPTIME, st->uptime_jif, tick);
	between(VZCTX_CPU_A_UPTIME, whole(st->uptime_clk), 1);
	EXPECT_LT(0, st->user_jif + st->system_jif);
	EXPECT_EQ(0, st->nice_jif);
	EXPECT_EQ(0, whole(st->strv_clk));
	EXPECT_GE(after.v[VZCTX_CPU_A_UPTIME] * get_nprocs(),
		  whole(st->idle_clk));
	EXPECT_LT(0, whole(st->idle_clk));
	EXPECT_EQ(UINT32_MAX, *(uint32_t *)(st + 1));

	a->veid = 999;
	EXPECT_EQ(-ESRCH, call32(fd, get, a));
	a->veid = 101;
	a->cpustat = 8;
	EXPECT_EQ(-EFAULT, call32(fd, get, a));
	/* All but the last word of it would fit. */
	a->cpustat = (uintptr_t)(low + 1024 - 15);
	EXPECT_EQ(-EFAULT, call32(fd, get, a));
	EXPECT_EQ(-EFAULT, call32(fd, get, low + 1023));
	munmap(low, 4096);
	close(fd);
}
#endif

CLAIM(cpu, uptime_is_since_the_binding)
{
	struct timespec t0, t1;
	struct cpu a, b;

	a = cpu_of(&self->g, 101);
	clock_gettime(CLOCK_BOOTTIME, &t0);
	usleep(50000);
	clock_gettime(CLOCK_BOOTTIME, &t1);
	b = cpu_of(&self->g, 101);
	EXPECT_LE((t1.tv_sec - t0.tv_sec) * 1000000000L + t1.tv_nsec - t0.tv_nsec,
		  b.v[VZCTX_CPU_A_UPTIME] - a.v[VZCTX_CPU_A_UPTIME]);
}

/* Three that always want to run, and a container where nobody does. */
CLAIM(cpu, load_is_the_containers_own)
{
	struct ct idle = {};
	struct cpu c;
	uint64_t load = 0;

	ASSERT_EQ(0, ct_spawn(&idle, 102, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 102, idle.init));
	self->w->tasks = 3;
	self->w->forever = true;
	self->w->go = 1;
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until((c = cpu_of(&self->g, 101),
				load = c.v[VZCTX_CPU_A_LOAD1]) > 0));
	/* One sample of 3 is 24 hundredths; of 4, with a crew awake, 32. */
	EXPECT_LE(24, load);
	EXPECT_GE(4 * 8 * 4, load);
	EXPECT_LE(c.v[VZCTX_CPU_A_LOAD5], load);
	EXPECT_LE(c.v[VZCTX_CPU_A_LOAD15], c.v[VZCTX_CPU_A_LOAD5]);
	EXPECT_EQ(0, cpu_of(&self->g, 102).v[VZCTX_CPU_A_LOAD1]);
	ct_kill(&idle);
}

TEST_HARNESS_MAIN
