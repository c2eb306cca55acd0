// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=900 */
/*
 * vzctx selftests - everything at once, with every counted resource limited
 *
 * Workers in a container do random things, many of which are refused. When they
 * have ended every beancounter is where it was, and no object is charged that
 * was not before. What the module does not count is simply exercised.
 */
#include <net/if.h>

#include <kselftest_harness.h>
#include "help/servant.h"
#include "mixedops.h"

#define WORKERS 4

/* Shared with the workers: whether they may begin. */
static volatile int *gate;

/* Of all workers together; unless told otherwise about a minute's, emulated. */
static long all_ops(void)
{
	const char *text = getenv("VZCTX_OPS");

	return text ? atol(text) : 80000 / slow();
}

/* Order: loopback up, a table for rules. */
static long do_setup(long unused, long unused2)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	if (ioctl(s, SIOCSIFFLAGS, &ifr))
		return -errno;
	close(s);
	return nft_setup();
}

/* Order: takes away what outlives the workers. */
static long do_tidy(long unused, long unused2)
{
	char path[32];
	int i;

	for (i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "/tmp/mixed%d", i);
		unlink(path);
	}
	return nft_flush();
}

/*
 * Order: the whole storm; 0, -errno where a worker could not be started, or the
 * status of one that died. None begins before all are there, for what those do
 * that are would take the room of the others.
 */
static long do_storm(long workers, long each)
{
	long i, bad = 0;
	int status;
	pid_t pid;

	*gate = 0;
	for (i = 0; i < workers; i++) {
		pid = fork();
		if (!pid) {
			while (!*gate)
				usleep(1000);
			work(i, each);
			_exit(0);
		}
		if (pid < 0)
			bad = -errno;
	}
	*gate = 1;
	while ((pid = wait(&status)) > 0)
		bad = bad ?: status;
	return bad;
}

/* What the module says about itself */

struct known {
	int counted[UB_RESOURCES];
	int enforced[UB_RESOURCES];
	int unit[UB_RESOURCES];
};

static void learn_res(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *res = msg_find(nlh, VZCTX_A_RES);
	uint64_t v[VZCTX_RES_A_MAX + 1] = {};
	struct known *k = data;

	if (!res)
		return;
	for_each_attr(a, attr_data(res), attr_len(res))
		if (attr_type(a) <= VZCTX_RES_A_MAX)
			v[attr_type(a)] = attr_u64(a);
	if (v[VZCTX_RES_A_ID] < UB_RESOURCES) {
		k->counted[v[VZCTX_RES_A_ID]] = v[VZCTX_RES_A_COUNTED];
		k->enforced[v[VZCTX_RES_A_ID]] = v[VZCTX_RES_A_ENFORCED];
		k->unit[v[VZCTX_RES_A_ID]] = v[VZCTX_RES_A_UNIT];
	}
}

static void learn_objects(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a = msg_find(nlh, VZCTX_A_OBJECTS);

	*(long *)data = a ? (long)attr_u64(a) : -1;
}

static long objects(struct genl *g)
{
	long n = -1;
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_GET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	return genl_talk(g, &m, learn_objects, &n) ?: n;
}

FIXTURE(mixed)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	struct known known;
};

FIXTURE_SETUP(mixed)
{
	struct msg m;

	ASSERT_EQ(0, genl_open(&self->g));
	refused = shared(sizeof(*refused));
	ASSERT_NE(NULL, refused);
	gate = shared(sizeof(*gate));
	ASSERT_NE(NULL, gate);
	put_file("/proc/sys/vm", "nr_hugepages", "4");
	self->s = hire(&self->g, &self->ct, 101, CLONE_NEWNET);
	ASSERT_NE(NULL, self->s);
	ASSERT_EQ(0, tell(self->s, do_setup, 0, 0));
	msg_init(&m, self->g.family, VZCTX_CMD_RES, NLM_F_DUMP);
	ASSERT_EQ(0, genl_talk(&self->g, &m, learn_res, &self->known));
}

FIXTURE_TEARDOWN(mixed)
{
	ct_kill(&self->ct);
	put_file("/proc/sys/vm", "nr_hugepages", "0");
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

/* Room above what is held: enough to live, too little for what is asked. */
static uint64_t room(const struct known *known, int id)
{
	switch (id) {
	case UB_NUMPROC:
		return WORKERS + 2;
	case UB_NUMFILE:
		return WORKERS * SLOTS * 3 / 4;
	case UB_NUMPTY:
		return 6;
	case UB_NUMTCPSOCK:
		return 10;
	case UB_NUMFLOCK:
	case UB_NUMIPTENT:
		return 20;
	case UB_SHMPAGES:
	case UB_LOCKEDPAGES:
		return 900;
	}
	return known->unit[id] == VZCTX_UNIT_PAGES ? 16384 :
	       known->unit[id] == VZCTX_UNIT_BYTES ? 8192 : 60;
}

/*
 * Numbers that are the kernel's own, as of memory in use, need not come back:
 * the kernel keeps caches.
 */
static bool comes_back(const struct known *known, int id)
{
	return known->counted[id] == VZCTX_COUNTED_CHARGED ||
	       known->counted[id] == VZCTX_COUNTED_SAMPLED;
}

/* Closing a socket lets the kernel collect those that passed themselves. */
static void collect(void)
{
	close(socket(AF_UNIX, SOCK_DGRAM, 0));
}

/* Nothing is left of what the kernel frees some time after the workers' end. */
static bool quiet(struct genl *g)
{
	static const int none[] = {
		UB_NUMIPTENT, UB_NUMTCPSOCK, UB_NUMOTHERSOCK, UB_TCPSNDBUF,
		UB_TCPRCVBUF, UB_OTHERSOCKBUF, UB_DGRAMRCVBUF,
	};
	int i;

	collect();
	for (i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (held_of(g, 101, none[i]))
			return false;
	return held_of(g, 101, UB_NUMPROC) == 1;
}

TEST_F_TIMEOUT(mixed, everything_comes_back, 7200)
{
	long before[UB_RESOURCES], ops = all_ops(), start, now;
	time_t began;
	struct bc bc;
	int id, hit = 0;

	/* The first pass makes what stays: a stack grown, a heap. */
	EXPECT_EQ(0, tell(self->s, do_storm, 1, 50));
	EXPECT_EQ(0, tell(self->s, do_tidy, 0, 0));
	EXPECT_TRUE(wait_until(quiet(&self->g)));
	start = objects(&self->g);
	for (id = 0; id < UB_RESOURCES; id++) {
		if (!self->known.counted[id])
			continue;
		before[id] = held_of(&self->g, 101, id);
		ASSERT_GE(before[id], 0);
		if (!comes_back(&self->known, id))
			continue;
		now = before[id] + room(&self->known, id);
		ASSERT_EQ(0, vz_set(&self->g, 101, id, now, now))
			TH_LOG("%d: %s", id, self->g.text);
	}

	began = time(NULL);
	order(self->s, do_storm, WORKERS, ops / WORKERS);
	while (self->s->fn)
		usleep(100000);
	EXPECT_EQ(0, self->s->ret);
	TH_LOG("%ld operations in %ld s, %ld refused", ops,
	       (long)(time(NULL) - began), *refused);
	EXPECT_GT(*refused, 0);
	EXPECT_EQ(0, tell(self->s, do_tidy, 0, 0));

	for (id = 0; id < UB_RESOURCES; id++) {
		if (!comes_back(&self->known, id))
			continue;
		EXPECT_TRUE(wait_until(({
			collect();
			now = held_of(&self->g, 101, id);
			now == before[id];
		}))) TH_LOG("%d: %ld, was %ld", id, now, before[id]);
		ASSERT_EQ(0, vz_bc(&self->g, 101, id, &bc));
		hit += bc.failcnt > 0;
		TH_LOG("resource %d: at most %ld of %ld, %ld refused", id,
		       (long)bc.maxheld, (long)bc.limit, (long)bc.failcnt);
		if (self->known.enforced[id] == VZCTX_ENFORCED_EXACT)
			EXPECT_LE(bc.maxheld, bc.limit) TH_LOG("%d", id);
	}
	/* Too few operations do not fill everything. */
	EXPECT_GE(hit, ops < 80000 ? 3 : 13);
	/* Tasks of the first pass may not have been freed yet at the start. */
	EXPECT_TRUE(wait_until(objects(&self->g) <= start));
}

TEST_HARNESS_MAIN
