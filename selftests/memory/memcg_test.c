// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - what is read from the memory cgroup of a container
 *
 * Witness: memory.current, memory.stat and memory.events of that cgroup.
 */
#include <poll.h>

#include <kselftest_harness.h>
#include "help/orders.h"

#define PAGE 4096L

enum order { NOTHING, TOUCH, DROP, HOG, FORK, OPEN, DENTRIES };

static char *area;

static void make_dentries(struct servant *s)
{
	char name[96];
	int i;

	for (i = 0; i < labs(s->arg); i++) {
		snprintf(name, sizeof(name), "/tmp/dentry-%d", i);
		if (s->arg > 0)
			close(open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
		else
			unlink(name);
	}
}

static void serve_one(struct servant *s)
{
	switch (s->order) {
	case TOUCH:
		area = mmap(NULL, s->arg * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		s->err = area == MAP_FAILED ? errno : 0;
		break;
	case DROP:
		munmap(area, s->arg * PAGE);
		break;
	case HOG:
		s->pid = fork();
		if (!s->pid) {
			mmap(NULL, s->arg * PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
			pause_forever();
		}
		break;
	case FORK:
		s->pid = fork_sleeper();
		s->err = s->pid < 0 ? -s->pid : 0;
		break;
	case OPEN:
		s->err = open("/dev/null", O_RDONLY) < 0 ? errno : 0;
		break;
	case DENTRIES:
		make_dentries(s);
		break;
	}
}

FIXTURE(memcg)
{
	struct genl g, l;
	struct ct ct;
	struct servant *s;
};

#define look(id) ({							\
	struct bc _bc;							\
	ASSERT_EQ(0, vz_bc(&self->g, 101, id, &_bc));			\
	_bc;								\
})

#define held(id) ((long)look(id).held)

/* The figure behind a key of memory.stat or memory.events. */
static long keyed(const struct ct *ct, const char *file, const char *key)
{
	char path[96], line[128], name[64];
	long v, found = -1;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", ct->cgroup, file);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %ld", name, &v) == 2 &&
		    !strcmp(name, key))
			found = v;
	if (f)
		fclose(f);
	return found;
}

/* Two figures that are read one after the other and may move in between. */
#define agree(a, b, slack) wait_until(labs((a) - (b)) <= (slack))

FIXTURE_SETUP(memcg)
{
	put_file("/sys/fs/cgroup", "cgroup.subtree_control", "+memory");
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, genl_open(&self->l));
	ASSERT_EQ(0, genl_join(&self->l));
	self->s = shared(sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
	ASSERT_EQ(0, engage(&self->g, &self->ct, self->s));
	ASSERT_GE(get_number(self->ct.cgroup, "memory.current"), 0);
}

FIXTURE_TEARDOWN(memcg)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(memcg, what_is_shown_is_what_the_cgroup_says)
{
	struct ct *ct = &self->ct;
	long before;

	EXPECT_EQ(0, tell(TOUCH, 3000));
	EXPECT_TRUE(agree(held(UB_PHYSPAGES),
			  get_number(ct->cgroup, "memory.current") / PAGE, 64));
	EXPECT_GT(held(UB_PHYSPAGES), 3000);
	EXPECT_TRUE(agree(held(UB_OOMGUARPAGES),
			  keyed(ct, "memory.stat", "anon") / PAGE, 64));
	/* The kernel sums up what its processors count when it is much, or old. */
	EXPECT_TRUE(wait_until(held(UB_OOMGUARPAGES) >= 3000));
	EXPECT_TRUE(agree(held(UB_KMEMSIZE),
			  keyed(ct, "memory.stat", "kernel"), 64 * PAGE));
	EXPECT_GT(held(UB_KMEMSIZE), 0);
	before = held(UB_DCACHESIZE);
	tell(DENTRIES, 2000);
	EXPECT_TRUE(agree(held(UB_DCACHESIZE),
			  keyed(ct, "memory.stat", "slab_reclaimable"),
			  64 * PAGE));
	EXPECT_TRUE(wait_until(held(UB_DCACHESIZE) > before + 2000 * 100));
	tell(DENTRIES, -2000);
	EXPECT_EQ(0, held(UB_SWAPPAGES));
	tell(DROP, 3000);
	EXPECT_TRUE(wait_until(held(UB_OOMGUARPAGES) < 1000));
	EXPECT_GE((long)look(UB_OOMGUARPAGES).maxheld, 3000);
}

struct kill {
	uint32_t ctid, id, pid;
	char comm[32];
	int n;
};

/* Collects what is there until a kill came. */
static bool heard_kill(struct genl *l, struct kill *k)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	const struct nlattr *nest, *a;

	while (poll(&p, 1, 0) == 1 && !recv_one(l)) {
		nest = msg_find((void *)l->buf, VZCTX_A_EVENT);
		if (!nest)
			continue;
		a = attr_find(attr_data(nest), attr_len(nest),
			      VZCTX_EVENT_A_TYPE);
		if (!a || attr_u64(a) != VZCTX_EVENT_KILL)
			continue;
		k->n++;
		for_each_attr(e, attr_data(nest), attr_len(nest)) {
			if (attr_type(e) == VZCTX_EVENT_A_CTID)
				k->ctid = attr_u64(e);
			if (attr_type(e) == VZCTX_EVENT_A_ID)
				k->id = attr_u64(e);
			if (attr_type(e) == VZCTX_EVENT_A_PID)
				k->pid = attr_u64(e);
			if (attr_type(e) == VZCTX_EVENT_A_COMM)
				snprintf(k->comm, sizeof(k->comm), "%.*s",
					 (int)attr_len(e),
					 (char *)attr_data(e));
		}
	}
	return k->n;
}

CLAIM(memcg, a_hog_is_killed_in_its_container_only)
{
	pid_t bystander = fork_sleeper(), hog;
	struct kill k = {};
	char comm[32] = {}, name[32];
	int fd;

	ASSERT_EQ(0, put_file(self->ct.cgroup, "memory.max", "33554432"));
	put_file(self->ct.cgroup, "memory.swap.max", "0");
	snprintf(name, sizeof(name), "/proc/%d/comm", self->ct.init);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (read(fd, comm, sizeof(comm) - 1) > 0)
		comm[strcspn(comm, "\n")] = 0;
	close(fd);
	EXPECT_EQ(0, tell(HOG, 32768));
	EXPECT_TRUE(wait_until(heard_kill(&self->l, &k)));
	EXPECT_EQ(101, k.ctid);
	EXPECT_EQ(UB_OOMGUARPAGES, k.id);
	EXPECT_GT(k.pid, 0);
	EXPECT_NE(self->ct.init, (pid_t)k.pid);
	EXPECT_STREQ(comm, k.comm);
	EXPECT_TRUE(wait_until(keyed(&self->ct, "memory.events", "oom_kill") ==
			       (long)look(UB_OOMGUARPAGES).failcnt));
	EXPECT_EQ(1, (long)look(UB_OOMGUARPAGES).failcnt);
	EXPECT_GE((long)look(UB_PHYSPAGES).failcnt, 1);
	EXPECT_LE((long)look(UB_PHYSPAGES).maxheld, 33554432 / PAGE);
	hog = k.pid;
	EXPECT_TRUE(wait_until(get_number("/proc/self", "statm") >= 0));
	EXPECT_EQ(0, kill(bystander, 0));
	EXPECT_EQ(0, kill(self->ct.init, 0));
	EXPECT_NE(bystander, hog);
	EXPECT_EQ(0, tell(OPEN, 0));
	kill(bystander, SIGKILL);
	waitpid(bystander, NULL, 0);
}

CLAIM(memcg, kernel_memory_has_a_soft_and_a_hard_end)
{
	uint64_t low = 4096, high = 1ULL << 40;

	ASSERT_EQ(0, vz_set(&self->g, 101, UB_KMEMSIZE, high, high));
	EXPECT_EQ(0, tell(OPEN, 0));
	/* Page tables are kernel memory: one for 512 pages. */
	EXPECT_EQ(0, tell(TOUCH, 4096));
	/* The kernel sums up small changes every two seconds. */
	ASSERT_TRUE(wait_until(held(UB_KMEMSIZE) > (long)low));
	/* Above the barrier, below the limit: files are refused, tasks not. */
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_KMEMSIZE, low, high));
	EXPECT_EQ(ENOMEM, tell(OPEN, 0));
	EXPECT_EQ(1, (long)look(UB_KMEMSIZE).failcnt);
	EXPECT_EQ(0, tell(FORK, 0));
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_KMEMSIZE, low, low));
	EXPECT_EQ(ENOMEM, tell(FORK, 0));
	EXPECT_EQ(ENOMEM, tell(OPEN, 0));
	EXPECT_EQ(3, (long)look(UB_KMEMSIZE).failcnt);
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_KMEMSIZE, high, high));
	EXPECT_EQ(0, tell(OPEN, 0));
	EXPECT_EQ(0, tell(FORK, 0));
}

/* What was taken before stays where it is, what comes is out of sight. */
CLAIM(memcg, its_tasks_are_moved_and_its_cgroup_is_removed)
{
	struct ct other = {};
	char procs[96], pid[16];
	long before;

	EXPECT_EQ(0, tell(TOUCH, 2000));
	before = held(UB_PHYSPAGES);
	EXPECT_GT(before, 2000);
	snprintf(other.cgroup, sizeof(other.cgroup), "/sys/fs/cgroup/moved.%d",
		 getpid());
	ASSERT_EQ(0, mkdir(other.cgroup, 0755));
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", other.cgroup);
	snprintf(pid, sizeof(pid), "%d", self->ct.init);
	ASSERT_EQ(0, put_file(other.cgroup, "cgroup.procs", pid));
	EXPECT_GT(held(UB_PHYSPAGES), 2000);
	EXPECT_TRUE(wait_until(!rmdir(self->ct.cgroup) || errno == ENOENT));
	EXPECT_GE(held(UB_PHYSPAGES), 0);
	tell(DROP, 2000);
	EXPECT_TRUE(wait_until(held(UB_PHYSPAGES) < 2000));
	EXPECT_EQ(0, tell(TOUCH, 3000));
	EXPECT_LT(held(UB_PHYSPAGES), 3000);
	EXPECT_EQ(0, tell(FORK, 0));
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(!rmdir(other.cgroup)));
}

CLAIM(memcg, in_the_root_cgroup_nothing_is_counted)
{
	struct ct other = {};
	char pid[16];
	struct bc bc;

	ASSERT_EQ(0, ct_spawn(&other, 102, 0, park_forever, NULL));
	snprintf(pid, sizeof(pid), "%d", other.init);
	ASSERT_EQ(0, put_file("/sys/fs/cgroup", "cgroup.procs", pid));
	ASSERT_EQ(0, vz_create(&self->g, 102, other.init));
	ASSERT_EQ(0, vz_bc(&self->g, 102, UB_PHYSPAGES, &bc));
	EXPECT_EQ(0, bc.held);
	ct_kill(&other);
}

TEST_HARNESS_MAIN
