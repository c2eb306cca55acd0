// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - what is kept: the last refusals, the end; and what follows
 */
#include <sys/prctl.h>

#include <kselftest_harness.h>
#include "help/world.h"

struct work {
	volatile int go;	/* so many refusals, then 0 */
	const char *name;
};

struct record {
	unsigned int count;
	uint32_t ctid;
	uint64_t since, ended, objects, used;
	struct bc bc[UB_RESOURCES];
};

struct hits {
	unsigned int count;
	struct {
		uint32_t id, pid, action;
		uint64_t failcnt, time;
		char comm[32];
	} v[32];
};

static void be_refused(void *arg)
{
	struct work *w = arg;
	int n;

	if (w->name)
		prctl(PR_SET_NAME, w->name);
	for (;;) {
		while (!w->go)
			usleep(500);
		for (n = w->go; n;)
			n -= fork_sleeper() < 0;
		w->go = 0;
	}
}

static void keep_last(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *bcs = msg_find(nlh, VZCTX_A_BCS);
	const struct nlattr *cpu = msg_find(nlh, VZCTX_A_CPU);
	struct record *r = data;
	uint32_t id;

	r->count++;
	r->ctid = attr_u64(msg_find(nlh, VZCTX_A_CTID));
	r->since = attr_u64(msg_find(nlh, VZCTX_A_SINCE));
	r->ended = attr_u64(msg_find(nlh, VZCTX_A_ENDED));
	r->objects = attr_u64(msg_find(nlh, VZCTX_A_OBJECTS));
	r->used = attr_u64(attr_find(attr_data(cpu), attr_len(cpu), VZCTX_CPU_A_USER)) +
		  attr_u64(attr_find(attr_data(cpu), attr_len(cpu), VZCTX_CPU_A_SYSTEM));
	for_each_attr(bc, attr_data(bcs), attr_len(bcs)) {
		uint64_t v[VZCTX_BC_A_MAX + 1] = {};

		for_each_attr(a, attr_data(bc), attr_len(bc))
			v[attr_type(a)] = attr_u64(a);
		id = v[VZCTX_BC_A_ID];
		r->bc[id] = (struct bc) {
			v[VZCTX_BC_A_HELD], v[VZCTX_BC_A_MAXHELD],
			v[VZCTX_BC_A_BARRIER], v[VZCTX_BC_A_LIMIT],
			v[VZCTX_BC_A_FAILCNT],
		};
	}
}

static int last_of(struct genl *g, uint32_t ctid, struct record *r)
{
	struct msg m;

	memset(r, 0, sizeof(*r));
	msg_init(&m, g->family, VZCTX_CMD_LAST, NLM_F_DUMP);
	if (ctid)
		msg_u32(&m, VZCTX_A_CTID, ctid);
	return genl_talk(g, &m, keep_last, r);
}

static void keep_hit(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *e = msg_find(nlh, VZCTX_A_EVENT);
	struct hits *h = data;

	for_each_attr(a, attr_data(e), attr_len(e)) {
		uint64_t v = attr_u64(a);

		switch (attr_type(a)) {
		case VZCTX_EVENT_A_ID: h->v[h->count].id = v; break;
		case VZCTX_EVENT_A_PID: h->v[h->count].pid = v; break;
		case VZCTX_EVENT_A_ACTION: h->v[h->count].action = v; break;
		case VZCTX_EVENT_A_FAILCNT: h->v[h->count].failcnt = v; break;
		case VZCTX_EVENT_A_TIME: h->v[h->count].time = v; break;
		case VZCTX_EVENT_A_COMM:
			snprintf(h->v[h->count].comm, 32, "%.*s",
				 (int)attr_len(a), (char *)attr_data(a));
			break;
		}
	}
	h->count++;
}

static int why(struct genl *g, uint32_t ctid, struct hits *h)
{
	struct msg m;

	memset(h, 0, sizeof(*h));
	msg_init(&m, g->family, VZCTX_CMD_WHY, NLM_F_DUMP);
	if (ctid)
		msg_u32(&m, VZCTX_A_CTID, ctid);
	return genl_talk(g, &m, keep_hit, h);
}

/* @freezer: -2 for none given */
static int set_action(struct genl *g, uint32_t action, int freezer)
{
	struct nlattr *bcs, *bc;
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_SET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	if (freezer != -2)
		msg_u32(&m, VZCTX_A_FREEZER, freezer);
	bcs = msg_nest(&m, VZCTX_A_BCS);
	bc = msg_nest(&m, VZCTX_A_BC);
	msg_u32(&m, VZCTX_BC_A_ID, UB_NUMPROC);
	msg_u32(&m, VZCTX_BC_A_ACTION, action);
	msg_nest_end(&m, bc);
	msg_nest_end(&m, bcs);
	return genl_talk(g, &m, NULL, NULL);
}

FIXTURE(last)
{
	struct genl g;
	struct ct ct;
	struct work *w;
};

FIXTURE_SETUP(last)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->w = shared(sizeof(*self->w));
	self->w->name = "gr\needy";
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, be_refused, self->w));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMPROC, 3, 5));
	ASSERT_EQ(0, ct_go(&self->ct));
}

FIXTURE_TEARDOWN(last)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define refuse(n) do {							\
	self->w->go = (n);						\
	ASSERT_TRUE(wait_until(!self->w->go));				\
} while (0)

CLAIM(last, counters_survive_the_end)
{
	struct record r, before;
	struct timespec now;
	struct bc files;

	ASSERT_EQ(0, last_of(&self->g, 101, &before));
	refuse(7);
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMFILE, &files));
	ct_kill(&self->ct);
	/* At once, whatever the kernel still has to free. */
	ASSERT_EQ(0, last_of(&self->g, 101, &r));
	EXPECT_EQ(before.count + 1, r.count);
	EXPECT_EQ(7, r.bc[UB_NUMPROC].failcnt);
	ASSERT_TRUE(wait_until(!last_of(&self->g, 101, &r) && !r.objects));
	clock_gettime(CLOCK_REALTIME, &now);
	EXPECT_EQ(before.count + 1, r.count);
	EXPECT_EQ(101, r.ctid);
	EXPECT_EQ(0, r.objects);
	EXPECT_EQ(7, r.bc[UB_NUMPROC].failcnt);
	EXPECT_EQ(3, r.bc[UB_NUMPROC].maxheld);
	EXPECT_EQ(3, r.bc[UB_NUMPROC].barrier);
	EXPECT_EQ(5, r.bc[UB_NUMPROC].limit);
	EXPECT_EQ(0, r.bc[UB_NUMPROC].held);
	EXPECT_EQ(0, r.bc[UB_NUMFILE].held);
	EXPECT_LE(files.maxheld, r.bc[UB_NUMFILE].maxheld);
	EXPECT_LT(0, r.used);
	EXPECT_LT(r.since, r.ended);
	EXPECT_LE(r.ended / 1000000000, now.tv_sec);
	EXPECT_EQ(0, last_of(&self->g, 99999, &r));
	EXPECT_EQ(0, r.count);
}

/* The list is bounded, and the newest stay. */
CLAIM(last, the_oldest_give_way)
{
	struct record r;
	int i;

	for (i = 0; i < 135; i++) {
		struct ct ct = {};

		ASSERT_EQ(0, ct_spawn(&ct, 1000 + i, 0, NULL, NULL));
		ASSERT_EQ(0, vz_create(&self->g, 1000 + i, ct.init));
		ct_kill(&ct);
	}
	ASSERT_EQ(0, last_of(&self->g, 0, &r));
	EXPECT_EQ(128, r.count);
	EXPECT_EQ(1134, r.ctid);
	ASSERT_EQ(0, last_of(&self->g, 1000, &r));
	EXPECT_EQ(0, r.count);
	ASSERT_EQ(0, last_of(&self->g, 1007, &r));
	EXPECT_EQ(1, r.count);
}

CLAIM(last, why_names_whom_running_and_ended)
{
	uint32_t pid = self->ct.init;
	struct hits h;
	int i, turn;

	ASSERT_EQ(0, why(&self->g, 101, &h));
	EXPECT_EQ(0, h.count);
	refuse(3);
	ASSERT_EQ(0, why(&self->g, 101, &h));
	EXPECT_EQ(3, h.count);
	/* More than the rate limit lets through. */
	refuse(197);
	for (turn = 0; turn < 2; turn++) {
		ASSERT_EQ(0, why(&self->g, 101, &h));
		ASSERT_EQ(4, h.count);
		for (i = 0; i < 4; i++) {
			EXPECT_EQ(UB_NUMPROC, h.v[i].id);
			EXPECT_EQ(pid, h.v[i].pid);
			EXPECT_EQ(197 + i, h.v[i].failcnt);
			EXPECT_STREQ("gr\needy", h.v[i].comm);
			EXPECT_EQ(VZCTX_ACTION_NOTIFY, h.v[i].action);
		}
		EXPECT_LE(h.v[0].time, h.v[3].time);
		if (!turn)
			ct_kill(&self->ct);
	}
	EXPECT_EQ(-EINVAL, why(&self->g, 0, &h));
	EXPECT_EQ(-ENOENT, why(&self->g, 99999, &h));
}

CLAIM(last, on_limit_kill)
{
	ASSERT_EQ(0, set_action(&self->g, VZCTX_ACTION_KILL, -2));
	self->w->go = 1;
	EXPECT_TRUE(wait_until(waitpid(self->ct.init, NULL, WNOHANG) > 0));
	self->ct.init = 0;
}

CLAIM(last, on_limit_freeze)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.freeze", self->ct.cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, set_action(&self->g, VZCTX_ACTION_FREEZE, fd));
	close(fd);
	EXPECT_FALSE(ct_frozen(&self->ct));
	self->w->go = 1;
	EXPECT_TRUE(wait_until(ct_frozen(&self->ct)));
	/* Thawed as ever; the freezer is still attached, and acts again. */
	ASSERT_EQ(0, put_file(self->ct.cgroup, "cgroup.freeze", "0"));
	ASSERT_TRUE(wait_until(!self->w->go));
	EXPECT_FALSE(ct_frozen(&self->ct));
	self->w->go = 1;
	EXPECT_TRUE(wait_until(ct_frozen(&self->ct)));
	ASSERT_EQ(0, put_file(self->ct.cgroup, "cgroup.freeze", "0"));
	/* Back to telling only. */
	ASSERT_EQ(0, set_action(&self->g, VZCTX_ACTION_NOTIFY, -2));
	ASSERT_TRUE(wait_until(!self->w->go));
	refuse(2);
	EXPECT_FALSE(ct_frozen(&self->ct));
}

CLAIM(last, wrong_actions_are_refused)
{
	int null = open("/dev/null", O_WRONLY), ro;
	char path[96];

	EXPECT_EQ(-EINVAL, set_action(&self->g, 3, -2));
	EXPECT_EQ(-EINVAL, set_action(&self->g, VZCTX_ACTION_FREEZE, -2));
	EXPECT_STREQ("to be frozen, a container needs its cgroup.freeze",
		     self->g.text);
	EXPECT_EQ(-EBADF, set_action(&self->g, VZCTX_ACTION_FREEZE, 999));
	EXPECT_EQ(-EINVAL, set_action(&self->g, VZCTX_ACTION_FREEZE, null));
	snprintf(path, sizeof(path), "%s/cgroup.freeze", self->ct.cgroup);
	ro = open(path, O_RDONLY);
	EXPECT_EQ(-EINVAL, set_action(&self->g, VZCTX_ACTION_FREEZE, ro));
	close(ro);
	close(null);
	refuse(1);
	EXPECT_FALSE(ct_frozen(&self->ct));
}

TEST_HARNESS_MAIN
