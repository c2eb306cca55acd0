// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - events: what they say, and how many there are
 */
#include <ctype.h>
#include <poll.h>
#include <sys/prctl.h>

#include <kselftest_harness.h>
#include "help/world.h"

struct event {
	uint32_t type, ctid, id, pid;
	uint64_t time, held, barrier, limit, failcnt, wanted, dropped;
	char comm[32];
};

struct storm {
	volatile int go;
	volatile int want;
	volatile int refused;
	volatile pid_t pid;
	const char *name;
};

static void refuse_me(void *arg)
{
	struct storm *s = arg;

	if (s->name)
		prctl(PR_SET_NAME, s->name);
	for (;;) {
		while (!s->go)
			usleep(500);
		for (s->refused = 0; s->refused < s->want;)
			if (fork_sleeper() < 0)
				s->refused++;
		s->go = 0;
	}
}

FIXTURE(event)
{
	struct genl g;
	struct genl l;
	struct ct ct;
	struct storm *s;
};

FIXTURE_SETUP(event)
{
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, genl_open(&self->l));
	ASSERT_EQ(0, genl_join(&self->l));
	self->s = shared(sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
}

FIXTURE_TEARDOWN(event)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define start(name_, wanted)  do {					\
	self->s->name = (name_);					\
	self->s->want = (wanted);					\
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, refuse_me, self->s));	\
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));		\
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMPROC, 1, 2));		\
	ASSERT_EQ(0, ct_go(&self->ct));					\
} while (0)

#define storm() do {							\
	self->s->go = 1;						\
	ASSERT_TRUE(wait_until(!self->s->go));				\
} while (0)

/* The next event; false if none comes for two seconds, or more under a slower kernel. */
static bool next(struct genl *g, struct event *e)
{
	struct pollfd p = { .fd = g->fd, .events = POLLIN };
	const struct nlattr *nest;

	memset(e, 0, sizeof(*e));
	if (poll(&p, 1, 2000 * slow()) != 1 || recv_one(g))
		return false;
	nest = msg_find((void *)g->buf, VZCTX_A_EVENT);
	if (!nest)
		return false;
	for_each_attr(a, attr_data(nest), attr_len(nest)) {
		uint64_t v = attr_u64(a);

		switch (attr_type(a)) {
		case VZCTX_EVENT_A_TYPE: e->type = v; break;
		case VZCTX_EVENT_A_CTID: e->ctid = v; break;
		case VZCTX_EVENT_A_TIME: e->time = v; break;
		case VZCTX_EVENT_A_ID: e->id = v; break;
		case VZCTX_EVENT_A_HELD: e->held = v; break;
		case VZCTX_EVENT_A_BARRIER: e->barrier = v; break;
		case VZCTX_EVENT_A_LIMIT: e->limit = v; break;
		case VZCTX_EVENT_A_FAILCNT: e->failcnt = v; break;
		case VZCTX_EVENT_A_WANTED: e->wanted = v; break;
		case VZCTX_EVENT_A_PID: e->pid = v; break;
		case VZCTX_EVENT_A_DROPPED: e->dropped = v; break;
		case VZCTX_EVENT_A_COMM:
			snprintf(e->comm, sizeof(e->comm), "%.*s",
				 (int)attr_len(a), (char *)attr_data(a));
			break;
		}
	}
	return true;
}

CLAIM(event, life_is_told)
{
	struct event e;

	start(NULL, 1);
	ASSERT_TRUE(next(&self->l, &e));
	EXPECT_EQ(VZCTX_EVENT_START, e.type);
	EXPECT_EQ(101, e.ctid);
	ct_kill(&self->ct);
	ASSERT_TRUE(next(&self->l, &e));
	EXPECT_EQ(VZCTX_EVENT_STOP, e.type);
	EXPECT_EQ(101, e.ctid);
	EXPECT_FALSE(next(&self->l, &e));
}

CLAIM(event, limit_hit_says_everything)
{
	struct event e;
	struct timespec before, after;

	clock_gettime(CLOCK_REALTIME, &before);
	start("we\"ird\n\\x", 1);
	storm();
	clock_gettime(CLOCK_REALTIME, &after);
	ASSERT_TRUE(next(&self->l, &e));
	ASSERT_TRUE(next(&self->l, &e));
	EXPECT_EQ(VZCTX_EVENT_LIMIT, e.type);
	EXPECT_EQ(101, e.ctid);
	EXPECT_EQ(UB_NUMPROC, e.id);
	EXPECT_EQ(1, e.held);
	EXPECT_EQ(1, e.barrier);
	EXPECT_EQ(2, e.limit);
	EXPECT_EQ(1, e.failcnt);
	EXPECT_EQ(1, e.wanted);
	EXPECT_EQ(0, e.dropped);
	EXPECT_EQ((uint32_t)self->ct.init, e.pid);
	EXPECT_STREQ("we\"ird\n\\x", e.comm);
	EXPECT_GE(e.time / 1000000000, (uint64_t)before.tv_sec);
	EXPECT_LE(e.time / 1000000000, (uint64_t)after.tv_sec + 1);
}

struct tally {
	uint64_t dropped;
};

static void keep_dropped(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a = msg_find(nlh, VZCTX_A_DROPPED);

	((struct tally *)data)->dropped = a ? attr_u64(a) : 0;
}

/* Every refusal is either told or counted as dropped; none vanishes. */
CLAIM(event, a_storm_is_thinned_and_counted)
{
	const int refusals = 2000 / slow();
	struct tally t = {};
	struct event e;
	unsigned int told = 0;
	struct msg m;
	struct bc bc;

	start(NULL, refusals);
	storm();
	while (next(&self->l, &e))
		told += e.type == VZCTX_EVENT_LIMIT;
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPROC, &bc));
	EXPECT_EQ((uint64_t)refusals, bc.failcnt);
	msg_init(&m, self->g.family, VZCTX_CMD_GET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	ASSERT_EQ(0, genl_talk(&self->g, &m, keep_dropped, &t));
	EXPECT_GT(told, 0);
	EXPECT_LT(told, (unsigned int)refusals);
	EXPECT_EQ((uint64_t)refusals, told + t.dropped);
}

/* One container in a storm does not hide what another has to say. */
CLAIM(event, a_storm_does_not_hide_another_container)
{
	struct storm *s2 = shared(sizeof(*s2));
	struct ct quiet = {};
	struct event e;
	bool heard = false;

	start(NULL, 2000 / slow());
	s2->want = 1;
	ASSERT_EQ(0, ct_spawn(&quiet, 102, 0, refuse_me, s2));
	ASSERT_EQ(0, vz_create(&self->g, 102, quiet.init));
	ASSERT_EQ(0, vz_set(&self->g, 102, UB_NUMPROC, 1, 1));
	ASSERT_EQ(0, ct_go(&quiet));
	storm();
	s2->go = 1;
	ASSERT_TRUE(wait_until(!s2->go));
	while (next(&self->l, &e))
		heard |= e.type == VZCTX_EVENT_LIMIT && e.ctid == 102;
	EXPECT_TRUE(heard);
	ct_kill(&quiet);
}

/* Lines of the kernel log since fd was opened that contain both words. */
static int log_lines(int fd, const char *a, const char *b, char *last)
{
	char line[1024];
	ssize_t n;
	int count = 0;

	while ((n = read(fd, line, sizeof(line) - 1)) > 0) {
		line[n] = 0;
		if (strstr(line, a) && strstr(line, b)) {
			count++;
			strcpy(last, line);
		}
	}
	return count;
}

CLAIM(event, the_kernel_log_is_spared_and_escaped)
{
	char last[1024] = "";
	int fd, lines = 0;

	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	ASSERT_GE(fd, 0);
	lseek(fd, 0, SEEK_END);
	start("ev\nil\033[31m", 500 / slow());
	storm();
	ASSERT_TRUE(wait_until((lines += log_lines(fd, "CT 101:",
						   "limit reached", last))));
	EXPECT_LE(1, lines);
	EXPECT_GE(4, lines);
	EXPECT_NE(NULL, strstr(last, "numproc limit reached: held 1 barrier 1 limit 2"));
	/* kmsg shows a newline in a record as \x0a; ours is escaped before. */
	EXPECT_EQ(NULL, strchr(strchr(last, ';'), 033));
	EXPECT_NE(NULL, strstr(last, "ev\\"));
	close(fd);
}

TEST_HARNESS_MAIN
