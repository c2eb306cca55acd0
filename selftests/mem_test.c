// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - privvmpages: what counts as private memory, and where it
 * stops
 *
 * Witness: the sixth figure of /proc/PID/statm (data and stack, in pages),
 * summed over the processes of the container's cgroup, and what smaps lists.
 */
#include <pthread.h>
#include <sys/resource.h>

#include "kselftest_harness.h"
#include "world.h"

#define PAGE	4096UL
#define RWS	8

enum order {
	NOTHING, MAP, MAP_NORES, MAP_READ, UNMAP, BRK, UNBRK, GROW, WRITABLE,
	READONLY, EXECUTABLE, OVER, FORK, REAP, EXEC, STACK, SPAWN, EACH_PAGE,
};

struct servant {
	volatile int order;
	volatile long arg;
	volatile int done;
	volatile long ret;
	volatile int err;
	volatile pid_t pid;
	/* Storms: */
	volatile int stop;
	volatile long got[RWS];
	volatile int ready;
};

static char *area;
static long area_pages;

static void take(struct servant *s, void *p)
{
	s->err = p == MAP_FAILED ? errno : 0;
	if (!s->err) {
		area = p;
		area_pages = s->arg;
	}
}

static void *map(long pages, int prot, int flags)
{
	return mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS |
		    flags, -1, 0);
}

/* Touches @pages of stack below, and tells by its exit. */
static void __attribute__((noinline)) deep(long pages)
{
	volatile char frame[PAGE];

	frame[0] = pages;
	if (pages)
		deep(pages - 1);
	frame[PAGE - 1] = frame[0];
}

static void fork_deep(struct servant *s)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		deep(s->arg);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	s->ret = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void fork_exec(struct servant *s)
{
	int status;
	pid_t pid = s->arg ? vfork() : fork();

	if (!pid) {
		execl("/bin/true", "true", NULL);
		_exit(errno);
	}
	s->err = pid < 0 ? errno : 0;
	if (pid > 0) {
		waitpid(pid, &status, 0);
		s->ret = WIFSIGNALED(status) ? -WTERMSIG(status) :
					       WEXITSTATUS(status);
	}
}

static void serve_one(struct servant *s)
{
	void *p;

	s->err = 0;
	s->ret = 0;
	switch (s->order) {
	case MAP:
		take(s, map(s->arg, PROT_READ | PROT_WRITE, 0));
		break;
	case MAP_NORES:
		take(s, map(s->arg, PROT_READ | PROT_WRITE, MAP_NORESERVE));
		break;
	case MAP_READ:
		take(s, map(s->arg, PROT_READ, 0));
		break;
	case UNMAP:
		s->err = munmap(area, area_pages * PAGE) ? errno : 0;
		break;
	case BRK:
		s->err = sbrk(s->arg * PAGE) == (void *)-1 ? errno : 0;
		break;
	case UNBRK:
		sbrk(-s->arg * PAGE);
		break;
	case GROW:
		p = mremap(area, area_pages * PAGE, (area_pages + s->arg) * PAGE,
			   MREMAP_MAYMOVE);
		s->err = p == MAP_FAILED ? errno : 0;
		if (!s->err) {
			area = p;
			area_pages += s->arg;
		}
		break;
	case WRITABLE:
		s->err = mprotect(area, s->arg * PAGE,
				  PROT_READ | PROT_WRITE) ? errno : 0;
		break;
	case READONLY:
		s->err = mprotect(area, s->arg * PAGE, PROT_READ) ? errno : 0;
		break;
	case EXECUTABLE:
		s->err = mprotect(area, s->arg * PAGE, PROT_READ | PROT_WRITE |
				  PROT_EXEC) ? errno : 0;
		break;
	case OVER:
		p = mmap(area, s->arg * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		s->err = p == MAP_FAILED ? errno : 0;
		break;
	case FORK:
		s->pid = fork_sleeper();
		s->err = s->pid < 0 ? -s->pid : 0;
		break;
	case REAP:
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
		break;
	case EXEC:
		fork_exec(s);
		break;
	case STACK:
		fork_deep(s);
		break;
	case EACH_PAGE:
		while (map(1, PROT_READ | PROT_WRITE, 0) != MAP_FAILED)
			s->ret++;
		s->err = errno;
		break;
	}
}

static void servant(void *arg)
{
	struct servant *s = arg;

	for (;;) {
		while (s->order == NOTHING)
			usleep(300);
		serve_one(s);
		s->order = NOTHING;
		s->done++;
	}
}

FIXTURE(mem)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	long base;
};

#define look() ({							\
	struct bc _bc;							\
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_PRIVVMPAGES, &_bc));	\
	_bc;								\
})

#define held() ((long)look().held)

#define set(bar, lim) \
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_PRIVVMPAGES, bar, lim))

#define tell(what, n) ({						\
	int _before = self->s->done;					\
	self->s->arg = (n);						\
	self->s->order = (what);					\
	ASSERT_TRUE(wait_until(self->s->done != _before));		\
	self->s->err;							\
})

static long statm_data(pid_t pid)
{
	char dir[32], text[128] = {};
	long v[6] = {};
	int fd;

	snprintf(dir, sizeof(dir), "/proc/%d/statm", pid);
	fd = open(dir, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) > 0)
		sscanf(text, "%ld %ld %ld %ld %ld %ld", v, v + 1, v + 2, v + 3,
		       v + 4, v + 5);
	close(fd);
	return v[5];
}

/* What the kernel says all processes of the container have. */
static long witness(const struct ct *ct)
{
	char path[96];
	long sum = 0;
	int pid;
	FILE *f;

	snprintf(path, sizeof(path), "%s/cgroup.procs", ct->cgroup);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fscanf(f, "%d", &pid) == 1)
		sum += statm_data(pid);
	fclose(f);
	return sum;
}

#define expect_pages(n) do {						\
	EXPECT_TRUE(wait_until(held() == (n)));				\
	EXPECT_EQ((n), held());						\
	EXPECT_EQ((n), witness(&self->ct));				\
} while (0)

static void begin(struct genl *g, struct ct *ct, struct servant *s, ct_fn fn,
		  int *err)
{
	*err = ct_spawn(ct, 101, 0, fn, s);
	if (!*err)
		*err = vz_create(g, 101, ct->init);
}

FIXTURE_SETUP(mem)
{
	int err;

	ASSERT_EQ(0, genl_open(&self->g));
	self->s = shared(sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
	begin(&self->g, &self->ct, self->s, servant, &err);
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, ct_go(&self->ct));
	/* Its stack has grown once it has served something. */
	ASSERT_EQ(0, tell(MAP, 1));
	ASSERT_EQ(0, tell(UNMAP, 1));
	self->base = held();
}

FIXTURE_TEARDOWN(mem)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

/* Sizes of all private writable mappings and stacks of a process, in pages. */
static long smaps_data(pid_t pid)
{
	char path[32], line[256];
	long sum = 0, kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Size: %ld", &kb) == 1 ||
		    strncmp(line, "VmFlags:", 8))
			continue;
		if (strstr(line, " gd") ||
		    (strstr(line, " wr") && !strstr(line, " sh")))
			sum += kb / 4;
	}
	if (f)
		fclose(f);
	return sum;
}

CLAIM(mem, binding_counts_what_the_init_has)
{
	EXPECT_GT(self->base, 10);
	expect_pages(statm_data(self->ct.init));
	EXPECT_EQ(self->base, smaps_data(self->ct.init));
	EXPECT_EQ(0, tell(MAP, 77));
	EXPECT_EQ(self->base + 77, smaps_data(self->ct.init));
	expect_pages(self->base + 77);
}

CLAIM(mem, each_way_to_commit)
{
	long base = self->base;

	EXPECT_EQ(0, tell(MAP, 100));
	expect_pages(base + 100);
	EXPECT_EQ(0, tell(GROW, 50));
	expect_pages(base + 150);
	EXPECT_EQ(0, tell(UNMAP, 0));
	expect_pages(base);

	EXPECT_EQ(0, tell(MAP_NORES, 100));
	expect_pages(base + 100);
	EXPECT_EQ(0, tell(OVER, 60));
	expect_pages(base + 100);
	EXPECT_EQ(0, tell(READONLY, 30));
	expect_pages(base + 70);
	EXPECT_EQ(0, tell(UNMAP, 0));

	EXPECT_EQ(0, tell(MAP_READ, 100));
	expect_pages(base);
	EXPECT_EQ(0, tell(WRITABLE, 40));
	expect_pages(base + 40);
	EXPECT_EQ(0, tell(OVER, 100));
	expect_pages(base + 100);
	EXPECT_EQ(0, tell(UNMAP, 0));

	EXPECT_EQ(0, tell(BRK, 64));
	expect_pages(base + 64);
	EXPECT_EQ(0, tell(FORK, 0));
	expect_pages(2 * (base + 64));
	EXPECT_EQ(0, tell(REAP, 0));
	expect_pages(base + 64);
	EXPECT_EQ(0, tell(UNBRK, 64));
	expect_pages(base);

	EXPECT_EQ(0, tell(EXEC, 0));
	EXPECT_EQ(0, self->s->ret);
	EXPECT_EQ(0, tell(EXEC, 1));
	EXPECT_EQ(0, self->s->ret);
	tell(STACK, 100);
	EXPECT_EQ(0, self->s->ret);
	expect_pages(base);
	EXPECT_EQ(0, look().failcnt);
}

CLAIM(mem, stops_at_the_barrier_with_ENOMEM)
{
	long top = self->base + 300, fails = 0;

	EXPECT_EQ(0, tell(MAP_READ, 100));
	set(top, top);
	EXPECT_EQ(ENOMEM, tell(MAP, 301));
	EXPECT_EQ(++fails, (long)look().failcnt);
	EXPECT_EQ(self->base, held());
	tell(UNMAP, 0);
	EXPECT_EQ(0, tell(MAP, 300));
	expect_pages(top);
	EXPECT_EQ(ENOMEM, tell(BRK, 1));
	EXPECT_EQ(++fails, (long)look().failcnt);
	EXPECT_EQ(ENOMEM, tell(GROW, 1));
	EXPECT_EQ(++fails, (long)look().failcnt);
	EXPECT_EQ(ENOMEM, tell(FORK, 1));
	EXPECT_EQ(++fails, (long)look().failcnt);
	/* By vfork(), so that it is the exec that finds no room. */
	EXPECT_EQ(0, tell(EXEC, 1));
	EXPECT_EQ(ENOMEM, self->s->ret);
	EXPECT_EQ(++fails, (long)look().failcnt);
	EXPECT_EQ(0, tell(READONLY, 10));
	expect_pages(top - 10);
	EXPECT_EQ(0, tell(BRK, 1));
	EXPECT_EQ(ENOMEM, tell(WRITABLE, 10));
	EXPECT_EQ(++fails, (long)look().failcnt);
	EXPECT_EQ(0, tell(WRITABLE, 9));
	expect_pages(top);
	EXPECT_EQ(top, (long)look().maxheld);
	/* What takes nothing is refused nothing. */
	EXPECT_EQ(0, tell(OVER, 9));
	EXPECT_EQ(0, tell(EXECUTABLE, 9));
	EXPECT_EQ(0, tell(READONLY, 9));
	EXPECT_EQ(fails, (long)look().failcnt);
	EXPECT_EQ(0, tell(WRITABLE, 9));
	expect_pages(top);
	tell(UNBRK, 1);
	EXPECT_EQ(0, tell(UNMAP, 0));
	expect_pages(self->base);
}

CLAIM(mem, stacks_may_grow_to_the_limit)
{
	/* The child doubles the base; its stack takes what deep() asks. */
	long base = 2 * self->base;

	set(base + 10, base + 200);
	tell(STACK, 100);
	EXPECT_EQ(0, self->s->ret);
	tell(STACK, 400);
	EXPECT_EQ(SIGSEGV, self->s->ret);
	EXPECT_GT(look().failcnt, 0);
	EXPECT_LE((long)look().maxheld, base + 200);
	expect_pages(self->base);
}

/* One process unmaps without anybody noticing, another needs the room. */
CLAIM(mem, what_was_unmapped_is_there_for_others)
{
	long top = 2 * self->base + 400;

	set(top, top);
	EXPECT_EQ(0, tell(FORK, 0));
	EXPECT_EQ(0, tell(MAP, 400));
	EXPECT_EQ(0, tell(UNMAP, 0));
	EXPECT_EQ(0, tell(BRK, 400));
	EXPECT_EQ(0, tell(UNBRK, 400));
	EXPECT_EQ(0, tell(MAP, 400));
	EXPECT_EQ(0, (long)look().failcnt);
	expect_pages(top);
	EXPECT_EQ(0, tell(REAP, 0));
	expect_pages(self->base + 400);
}

static void *storm_thread(void *arg)
{
	struct servant *s = arg;
	int me = __atomic_fetch_add(&s->ready, 1, __ATOMIC_SEQ_CST);
	long n = 0, i;
	char *p[64];

	/* Half of what was got is given back and got again, then it stays. */
	for (i = 0; i < s->arg; i++) {
		for (n = 0; n < 64; n++) {
			p[n] = map(1 + n % 3, PROT_READ | PROT_WRITE, 0);
			if (p[n] == MAP_FAILED)
				break;
		}
		while (n-- > 0)
			munmap(p[n], (1 + n % 3) * PAGE);
	}
	for (n = 0; map(1, PROT_READ | PROT_WRITE, 0) != MAP_FAILED;)
		n++;
	s->got[me] = n;
	return NULL;
}

static void storm_processes(void *arg)
{
	struct servant *s = arg;
	int i;

	for (i = 0; i < RWS; i++)
		if (!fork()) {
			storm_thread(s);
			__atomic_fetch_add(&s->done, 1, __ATOMIC_SEQ_CST);
			pause_forever();
		}
	pause_forever();
}

static void storm_threads(void *arg)
{
	pthread_t t[RWS];
	struct servant *s = arg;
	pthread_attr_t a;
	int i;

	pthread_attr_init(&a);
	pthread_attr_setstacksize(&a, 64 * 1024);
	for (i = 0; i < RWS; i++)
		if (pthread_create(&t[i], &a, storm_thread, arg))
			s->err = 1;
	for (i = 0; i < RWS; i++)
		pthread_join(t[i], NULL);
	s->done = RWS;
	pause_forever();
}

FIXTURE(storm)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

FIXTURE_VARIANT(storm)
{
	ct_fn fn;
};

FIXTURE_VARIANT_ADD(storm, eight_threads) { .fn = storm_threads };
FIXTURE_VARIANT_ADD(storm, eight_processes) { .fn = storm_processes };

FIXTURE_SETUP(storm)
{
	int err;

	ASSERT_EQ(0, genl_open(&self->g));
	self->s = shared(sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
	self->s->arg = 20 / slow() + 1;
	begin(&self->g, &self->ct, self->s, variant->fn, &err);
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(storm)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(storm, never_above_the_limit_and_full_at_the_end)
{
	long top = 4000, w;

	set(top, top);
	ASSERT_EQ(0, ct_go(&self->ct));
	EXPECT_TRUE(wait_until(({
		/* Racing with what it reads, each process at its own time. */
		held() > top || self->s->done == RWS;
	})));
	EXPECT_EQ(0, self->s->err);
	EXPECT_EQ(RWS, self->s->done);
	w = witness(&self->ct);
	/* The last to give up found it full to the page. */
	EXPECT_EQ(top, w);
	EXPECT_EQ(top, held());
	EXPECT_EQ(top, (long)look().maxheld);
}

/* Every child holds what its parent holds: how many are there at once? */
static void fork_storm(void *arg)
{
	struct servant *s = arg;
	int i, me;

	map(200, PROT_READ | PROT_WRITE, 0);
	for (me = 0; me < RWS; me++)
		if (!fork())
			break;
	if (me == RWS)
		pause_forever();
	/* Nobody takes the room of those who are still to come. */
	__atomic_fetch_add(&s->ready, 1, __ATOMIC_SEQ_CST);
	while (s->ready < RWS)
		usleep(500);
	while (!s->stop) {
		pid_t pid[8];

		for (i = 0; i < 8; i++) {
			pid[i] = fork_sleeper();
			if (pid[i] < 0 && pid[i] != -ENOMEM)
				s->err = -pid[i];
			s->got[me] += pid[i] > 0;
		}
		while (i--)
			if (pid[i] > 0) {
				kill(pid[i], SIGKILL);
				waitpid(pid[i], NULL, 0);
			}
	}
	__atomic_fetch_add(&s->done, 1, __ATOMIC_SEQ_CST);
	pause_forever();
}

/* Sum of a snapshot in which nothing can run: the cgroup is frozen. */
static long frozen_witness(const struct ct *ct)
{
	char events[96], text[64] = {};
	long sum;
	int fd;

	snprintf(events, sizeof(events), "%s/cgroup.events", ct->cgroup);
	put_file(ct->cgroup, "cgroup.freeze", "1");
	wait_until(({
		fd = open(events, O_RDONLY | O_CLOEXEC);
		if (read(fd, text, sizeof(text) - 1) < 0)
			text[0] = 0;
		close(fd);
		strstr(text, "frozen 1");
	}));
	sum = witness(ct);
	put_file(ct->cgroup, "cgroup.freeze", "0");
	return sum;
}

static long rounds(const struct servant *s)
{
	long sum = 0;
	int i;

	for (i = 0; i < RWS; i++)
		sum += s->got[i];
	return sum;
}

CLAIM(storm, racing_forks_do_not_overshoot)
{
	long top, one, most = 0, w;
	int i;

	if (variant->fn != storm_processes)
		SKIP(return, "one variant is enough");
	ct_kill(&self->ct);
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 0));
	memset(self->s, 0, sizeof(*self->s));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, fork_storm, self->s));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	one = held() + 200;
	/* Room for the nine and ten more, where 64 would like to be. */
	top = one * 19;
	set(top, top);
	ASSERT_EQ(0, ct_go(&self->ct));
	for (i = 0; i < 60 / slow() + 10; i++) {
		long before = rounds(self->s);

		EXPECT_TRUE(wait_until(rounds(self->s) > before + 8));
		w = frozen_witness(&self->ct);
		if (w > most)
			most = w;
		/* Limits change while it runs. */
		if (i == 20)
			set(top - one, top);
		if (i == 25)
			set(top, top);
	}
	EXPECT_LE(most, top);
	EXPECT_GT(most, top / 2);
	EXPECT_GT(look().failcnt, 0);
	EXPECT_LE((long)look().maxheld, top);
	self->s->stop = 1;
	EXPECT_TRUE(wait_until(self->s->done == RWS));
	EXPECT_EQ(0, self->s->err);
	EXPECT_TRUE(wait_until(held() == witness(&self->ct)));
}

/* A host task with a child in the container's namespace lends it nothing. */
static int vfork_child(void *arg)
{
	struct servant *s = arg;
	void *p = map(50, PROT_READ | PROT_WRITE, 0);

	s->ret = p != MAP_FAILED;
	s->done++;
	while (!s->stop)
		usleep(1000);
	return 0;
}

CLAIM(mem, memory_of_a_host_task_is_not_charged)
{
	struct servant *s = shared(sizeof(*s));
	char *stack = map(16, PROT_READ | PROT_WRITE, 0), path[64];
	long before = held();
	int ns, own;
	pid_t pid;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", self->ct.init);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	ASSERT_EQ(0, setns(ns, CLONE_NEWPID));
	set(before + 10, before + 10);
	pid = clone(vfork_child, stack + 16 * PAGE, CLONE_VM | SIGCHLD, s);
	ASSERT_GT(pid, 0);
	ASSERT_TRUE(wait_until(s->done));
	EXPECT_EQ(1, s->ret);
	EXPECT_EQ(before, held());
	/* A child of its own does count. */
	EXPECT_EQ(-ENOMEM, fork_sleeper());
	s->stop = 1;
	waitpid(pid, NULL, 0);
	ASSERT_EQ(0, setns(own, CLONE_NEWPID));
	EXPECT_EQ(before, held());
}

CLAIM(mem, a_host_that_promises_no_more_than_it_has)
{
	static const char vm[] = "/proc/sys/vm";
	long top = self->base + 2000;
	void *p;

	set(top, top);
	ASSERT_EQ(0, put_file(vm, "overcommit_memory", "2"));
	tell(EACH_PAGE, 0);
	EXPECT_EQ(ENOMEM, self->s->err);
	EXPECT_EQ(2000, self->s->ret);
	/* The host still gets as much again. */
	p = map(2000, PROT_READ | PROT_WRITE, 0);
	EXPECT_NE(MAP_FAILED, p);
	put_file(vm, "overcommit_memory", "0");
	expect_pages(top);
	/* Killed, it gives everything back. */
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

TEST_HARNESS_MAIN
