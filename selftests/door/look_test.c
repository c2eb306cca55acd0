// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - what it costs to ask for figures, and who can hold it up
 */
#include <linux/userfaultfd.h>
#include <linux/vzcalluser.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include <kselftest_harness.h>
#include "help/servant.h"

#define FILES	40000
#define READERS	4
#define TASKS	100
#define ROUNDS	20

/* What a pid of another container may do to the host, in seconds at most. */
#define PROMPT	(1.0 * slow())

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static long allow_files(long n)
{
	struct rlimit r = { n + 100, n + 100 };

	return setrlimit(RLIMIT_NOFILE, &r) ? -errno : 0;
}

static long open_many(long n, long unused)
{
	long err = allow_files(n);

	while (!err && n--)
		if (eventfd(0, 0) < 0)
			err = -errno;
	return err;
}

static long read_once(const char *path)
{
	char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long n = fd < 0 ? -errno : read(fd, text, sizeof(text));

	close(fd);
	return n;
}

static long sleepers(long n, long unused)
{
	while (n--)
		if (fork_sleeper() < 0)
			return -errno;
	return 0;
}

/* They never stop. */
static long readers(long n, long unused)
{
	int fd = open("/proc/vz/vestat", O_RDONLY | O_CLOEXEC);
	char text[4096];

	if (fd < 0 || read(fd, text, sizeof(text)) <= 0)
		return -errno;
	while (n--) {
		pid_t pid = fork();

		if (pid < 0)
			return -errno;
		while (!pid)
			if (pread(fd, text, sizeof(text), 0) < 0)
				_exit(1);
	}
	return 0;
}

static long see_own(long unused, long unused2)
{
	return read_once("/proc/vz/vestat");
}

FIXTURE(look)
{
	struct genl g;
	struct ct a, b;
	struct servant *in_a, *in_b;
	pid_t clock;
	int dev;
};

FIXTURE_SETUP(look)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->dev = open("/dev/vzctl", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->dev);
	self->in_a = hire(&self->g, &self->a, 101, 0);
	ASSERT_NE(NULL, self->in_a);
	self->in_b = hire(&self->g, &self->b, 102, 0);
	ASSERT_NE(NULL, self->in_b);
}

FIXTURE_TEARDOWN(look)
{
	if (self->clock > 0) {
		kill(self->clock, SIGKILL);
		waitpid(self->clock, NULL, 0);
	}
	put_file(self->a.cgroup, "cpu.max", "max");
	ct_kill(&self->a);
	ct_kill(&self->b);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	close(self->dev);
}

/* The ways a host asks for the figures of a container. */
static long ask(struct genl *g, int dev, uint32_t ctid, int way)
{
	struct vz_cpu_stat st;
	struct vzctl_cpustatctl a = { .veid = ctid, .cpustat = &st };
	struct bc bc;

	switch (way) {
	case 0:
		return vz_bc(g, ctid, UB_NUMPROC, &bc);
	case 1:
		return ioctl(dev, VZCTL_GET_CPU_STAT, &a) ? -errno : 0;
	default:
		return read_once("/proc/vz/vestat") > 0 ? 0 : -EIO;
	}
}

static const char *const ways[] = { "GET", "GET_CPU_STAT", "vestat" };

#define WAYS (sizeof(ways) / sizeof(*ways))

/* The best of some rounds, which is what it costs when nothing comes between. */
static double cost(struct genl *g, int dev, uint32_t ctid, int way)
{
	double best = 1e9, t;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		t = now();
		if (ask(g, dev, ctid, way))
			return -1;
		t = now() - t;
		if (t < best)
			best = t;
	}
	return best;
}

CLAIM(look, costs_nothing_for_the_objects_of_others)
{
	double before[WAYS], after;
	int way;

	for (way = 0; way < WAYS; way++) {
		before[way] = cost(&self->g, self->dev, 102, way);
		ASSERT_LT(0, before[way]);
	}
	ASSERT_EQ(0, tell(self->in_a, open_many, FILES / slow(), 0));
	for (way = 0; way < WAYS; way++) {
		after = cost(&self->g, self->dev, 102, way);
		ASSERT_LT(0, after);
		TH_LOG("%s: %.0f us, beside %d files %.0f us", ways[way],
		       before[way] * 1e6, FILES / slow(), after * 1e6);
		/* A walk of the table takes fifty times as long each time. */
		EXPECT_TRUE(wait_until(cost(&self->g, self->dev, 102, way) <
				       10 * before[way]));
	}
}

/*
 * What the host kept the whole guest from running is none of the module's doing: a
 * process of its own tells that from being late itself.
 */
#define BEAT	0.01
static volatile double *stalled;

static pid_t start_clock(void)
{
	double last, late;
	pid_t pid;

	stalled = shared(sizeof(*stalled));
	pid = fork();
	if (pid)
		return pid;
	for (last = now();; last += BEAT + late) {
		usleep(BEAT * 1e6);
		late = now() - last - BEAT;
		if (late > 10 * BEAT)
			*stalled += late;
	}
}

#define prompt(what) ({							\
	double _t = now() - *stalled;					\
	long _ret = (what);						\
	_t = now() - *stalled - _t;					\
	EXPECT_GT(PROMPT, _t) {						\
		TH_LOG("%s: %.3f s", #what, _t);			\
	}								\
	_ret;								\
})

static long throttled(const struct ct *ct)
{
	char path[128], line[64];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "%s/cpu.stat", ct->cgroup);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "nr_throttled %ld", &n);
	if (f)
		fclose(f);
	return n;
}

static int end_init(struct ct *ct)
{
	kill(ct->init, SIGKILL);
	return waitpid(ct->init, NULL, 0) == ct->init ? 0 : -errno;
}

/*
 * Readers inside get a thousandth of a processor, so they stand still wherever
 * they are, in the kernel too, for most of the time.
 */
CLAIM(look, nobody_waits_for_a_reader_that_stands_still)
{
	struct ct c = {};
	long before = 0;
	int i, way;

	self->clock = start_clock();
	ASSERT_EQ(0, tell(self->in_a, sleepers, TASKS, 0));
	ASSERT_EQ(0, tell(self->in_a, open_many, FILES / slow(), 0));
	ASSERT_EQ(0, tell(self->in_a, readers, READERS, 0));
	ASSERT_EQ(0, put_file(self->a.cgroup, "cpu.max", "1000 1000000"));

	for (i = 0; i < 3; i++) {
		ASSERT_TRUE(wait_until(throttled(&self->a) > before));
		before = throttled(&self->a);
		for (way = 0; way < WAYS; way++) {
			EXPECT_EQ(0, prompt(ask(&self->g, self->dev, 101, way)));
			EXPECT_EQ(0, prompt(ask(&self->g, self->dev, 102, way)));
		}
		EXPECT_LT(0, prompt(tell(self->in_b, see_own, 0, 0)));
		ASSERT_EQ(0, ct_spawn(&c, 103, 0, park_forever, NULL));
		EXPECT_EQ(0, prompt(vz_create(&self->g, 103, c.init)));
		EXPECT_EQ(0, prompt(end_init(&c)));
		close(c.go);
		c.init = 0;
		ct_kill(&c);
	}
}

/* Memory whose first touch sleeps until told to go on. */
static void *trap(int *uffd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* Without O_NONBLOCK a poll of it never waits. */
	*uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	range.range.start = (uintptr_t)page;
	range.range.len = 4096;
	if (*uffd < 0 || page == MAP_FAILED ||
	    ioctl(*uffd, UFFDIO_API, &api) ||
	    ioctl(*uffd, UFFDIO_REGISTER, &range))
		return NULL;
	return page;
}

static int spring(int uffd, void *page)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)page, .len = 4096 },
	};

	return ioctl(uffd, UFFDIO_ZEROPAGE, &zero);
}

struct reader {
	int fd;
	void *page;
	long n;
};

static void *sleepy_read(void *arg)
{
	struct reader *r = arg;

	r->n = read(r->fd, r->page, 4096);
	return NULL;
}

/* Binds in a process of its own, which may be waited for in vain. */
static pid_t start_binding(uint32_t ctid, pid_t init)
{
	pid_t pid = fork();
	struct genl g;

	if (!pid)
		_exit(genl_open(&g) || vz_create(&g, ctid, init));
	return pid;
}

/* Whether it ended well, and in time. */
static bool ended(pid_t pid)
{
	double end = now() - *stalled + PROMPT;
	int status = -1;

	while (!waitpid(pid, &status, WNOHANG) && now() - *stalled < end)
		usleep(2000);
	return !status;
}

CLAIM(look, nobody_waits_for_a_reader_that_sleeps)
{
	const char *path = "/proc/bc/101/resources";
	struct reader r = { .fd = open(path, O_RDONLY | O_CLOEXEC) };
	struct pollfd fault = { .events = POLLIN };
	struct ct other = {}, same = {};
	pthread_t thread;
	pid_t first, second;

	ASSERT_LE(0, r.fd);
	self->clock = start_clock();
	r.page = trap(&fault.fd);
	ASSERT_NE(NULL, r.page);
	ASSERT_EQ(0, pthread_create(&thread, NULL, sleepy_read, &r));
	ASSERT_EQ(1, poll(&fault, 1, DEADLINE_S * 1000));
	ASSERT_EQ(POLLIN, fault.revents);
	/* The file is being removed once it is not found any more. */
	ct_kill(&self->a);
	ASSERT_TRUE(wait_until(access(path, F_OK)));

	ASSERT_EQ(0, ct_spawn(&other, 103, 0, park_forever, NULL));
	ASSERT_EQ(0, ct_spawn(&same, 101, 0, park_forever, NULL));
	first = start_binding(103, other.init);
	EXPECT_TRUE(ended(first));
	second = start_binding(101, same.init);
	EXPECT_TRUE(ended(second));
	EXPECT_EQ(-1, access(path, F_OK));

	EXPECT_EQ(0, spring(fault.fd, r.page));
	pthread_join(thread, NULL);
	EXPECT_LT(0, r.n);
	EXPECT_TRUE(wait_until(!access(path, F_OK)));
	close(r.fd);
	close(fault.fd);
	ct_kill(&other);
	ct_kill(&same);
}

TEST_HARNESS_MAIN
