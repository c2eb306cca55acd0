// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - privvmpages: what counts as private memory, and where it
 * stops
 *
 * Witness: the sixth figure of /proc/PID/statm (data and stack, in pages),
 * summed over the processes of the container's cgroup, and what smaps lists.
 */
#include <sys/resource.h>

#include "help/orders.h"
#include "help/private.h"

enum order {
	NOTHING, MAP, MAP_NORES, MAP_READ, UNMAP, BRK, UNBRK, GROW, WRITABLE,
	READONLY, EXECUTABLE, OVER, FORK, REAP, EXEC, EXEC_WITH, STACK, SPAWN,
	EACH_PAGE,
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

/* Arguments of so many pages, by vfork(): the exec is what takes memory. */
static void exec_with(struct servant *s)
{
	static char text[20 * PAGE];
	int status;
	pid_t pid;

	memset(text, 'x', s->arg * PAGE);
	pid = vfork();
	if (!pid) {
		execl("/bin/true", "true", text, NULL);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	s->ret = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
	memset(text, 0, sizeof(text));
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
	case EXEC_WITH:
		exec_with(s);
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

FIXTURE(mem)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	long base;
};

#define expect_pages(n) do {						\
	EXPECT_TRUE(wait_until(held() == (n)));				\
	EXPECT_EQ((n), held());						\
	EXPECT_EQ((n), witness(&self->ct));				\
} while (0)

FIXTURE_SETUP(mem)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->s = shared(sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
	ASSERT_EQ(0, engage(&self->g, &self->ct, self->s));
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

/* They are copied before the program is looked at, and refused as too long. */
CLAIM(mem, arguments_of_a_program_count)
{
	tell(EXEC_WITH, 15);
	EXPECT_EQ(0, self->s->ret);
	expect_pages(self->base);
	set(self->base, self->base + 10);
	tell(EXEC_WITH, 15);
	EXPECT_EQ(E2BIG, self->s->ret);
	EXPECT_EQ(1, (long)look().failcnt);
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

/* A host task with a child in the container's namespace lends it nothing. */
static int vfork_child(void *arg)
{
	struct servant *s = arg;
	void *p = map(50, PROT_READ | PROT_WRITE, 0);

	s->ret = p != MAP_FAILED;
	s->done++;
	while (!s->order)
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
	s->order = 1;
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
