// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - many objects of one container: nobody else pays for them, and
 * none is lost while the owner table becomes larger and smaller
 *
 * Witnesses: a kprobe in the wrapper that frees of files of containers go to, and
 * the descriptors in /proc.
 */
#include <dirent.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <kselftest_harness.h>
#include "help/modload.h"
#include "help/servant.h"

#define TRACING		"/sys/kernel/tracing"
/* More than the table has buckets at first, so that it has to grow. */
#define CROWD		(40000 / slow())
#define FIRST		500
#define CYCLES		1000
/* In a table of any size, some objects look as if they were somebody's. */
#define STRAYS		(CYCLES / 12)

/* Above all that the init has open. */
static long open_many(long n, long unused)
{
	struct rlimit limit = { FIRST + 2 * CROWD, FIRST + 2 * CROWD };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		return -errno;
	while (n--) {
		int fd = open("/dev/null", O_RDONLY);

		if (fcntl(fd, F_DUPFD, FIRST) < 0)
			return -errno;
		close(fd);
	}
	return 0;
}

static long close_many(long a, long b)
{
	return syscall(SYS_close_range, FIRST, ~0U, 0) ? -errno : 0;
}

/* A child that opens and closes until it is killed. */
static long churn(long a, long b)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			close(open("/dev/null", O_RDONLY));
	return pid < 0 ? -errno : pid;
}

static long end_child(long pid, long unused)
{
	kill(pid, SIGKILL);
	return waitpid(pid, NULL, 0) == pid ? 0 : -errno;
}

static long descriptors(pid_t pid)
{
	char path[64];
	long nr = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr - 2;
}

static long make_socket(long family, long type)
{
	int fd = socket(family, type, 0);

	return fd < 0 ? -errno : fd;
}

static void learn_objects(const struct nlmsghdr *nlh, void *data)
{
	*(long *)data = attr_u64(msg_find(nlh, VZCTX_A_OBJECTS));
}

static long objects(struct genl *g)
{
	struct msg m;
	long n = -1;

	msg_init(&m, g->family, VZCTX_CMD_GET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	return genl_talk(g, &m, learn_objects, &n) ?: n;
}

/* How often the wrapper was entered since the probe is there. */
static long hits(void)
{
	char name[64];
	long n = -1;
	FILE *f = fopen(TRACING "/kprobe_profile", "re");

	if (!f || fscanf(f, "%63s %ld", name, &n) != 2)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

/* How many of the host's closes were taken for a container's. */
static long strays(void)
{
	long before = hits();
	int i;

	for (i = 0; i < CYCLES; i++)
		close(open("/dev/null", O_RDONLY));
	return before < 0 ? LONG_MAX : hits() - before;
}

FIXTURE(crowd) {
	struct genl g;
	struct ct ct;
	struct servant *s;
	bool probed;
};

FIXTURE_SETUP(crowd)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
	mount("t", TRACING, "tracefs", 0, NULL);
}

FIXTURE_TEARDOWN(crowd)
{
	if (self->probed) {
		put_file(TRACING, "events/kprobes/crowd/enable", "0");
		put_file(TRACING, "kprobe_events", "-:crowd");
	}
	ct_kill(&self->ct);
	close(self->g.fd);
}

CLAIM(crowd, host_does_not_meet_a_containers_objects)
{
	long held = held_of(&self->g, 101, UB_NUMFILE);
	long open = descriptors(self->ct.init), pid, got = 0;

	ASSERT_LT(0, held);
	ASSERT_LT(0, pid = tell(self->s, churn, 0, 0));
	ASSERT_EQ(0, tell(self->s, open_many, CROWD, 0));
	ASSERT_EQ(0, tell(self->s, end_child, pid, 0));
	EXPECT_EQ(open + CROWD, descriptors(self->ct.init));
	EXPECT_EQ(held + CROWD, held_of(&self->g, 101, UB_NUMFILE));

	ASSERT_EQ(0, put_file(TRACING, "kprobe_events", "p:crowd wrap_security_file_free"));
	self->probed = true;
	ASSERT_EQ(0, put_file(TRACING, "events/kprobes/crowd/enable", "1"));
	EXPECT_TRUE(wait_until((got = strays()) <= STRAYS))
		TH_LOG("%ld of %d closes of the host went through the wrapper", got, CYCLES);

	/* The witness is one: every close of the container goes there. */
	got = hits();
	ASSERT_EQ(0, tell(self->s, close_many, 0, 0));
	EXPECT_LE(CROWD, hits() - got);
	EXPECT_EQ(open, descriptors(self->ct.init));
	EXPECT_EQ(held, held_of(&self->g, 101, UB_NUMFILE));
}

CLAIM(crowd, socket_is_a_file_and_one_object)
{
	static const int types[][2] = {
		{ AF_UNIX, SOCK_STREAM }, { AF_INET, SOCK_DGRAM }, { AF_INET, SOCK_STREAM },
	};
	long before;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		before = objects(&self->g);
		ASSERT_LT(0, before);
		ASSERT_LE(0, tell(self->s, make_socket, types[i][0], types[i][1]));
		EXPECT_EQ(before + 2, objects(&self->g));
	}
}

CLAIM(crowd, what_others_hold_stays_theirs_when_a_crowd_leaves)
{
	struct servant *s;
	struct ct other;
	long held, i;

	s = hire(&self->g, &other, 102, 0);
	ASSERT_NE(NULL, s);
	held = held_of(&self->g, 102, UB_NUMFILE);
	EXPECT_EQ(0, tell(s, open_many, 200, 0));
	EXPECT_EQ(0, tell(self->s, open_many, CROWD, 0));
	ct_kill(&self->ct);
	/* While the table becomes smaller. */
	for (i = 0; i < 100; i++)
		EXPECT_EQ(0, tell(s, open_many, 1, 0));
	EXPECT_EQ(held + 300, held_of(&self->g, 102, UB_NUMFILE));
	EXPECT_EQ(0, tell(s, close_many, 0, 0));
	EXPECT_EQ(held, held_of(&self->g, 102, UB_NUMFILE));
	ct_kill(&other);
}

TEST_HARNESS_MAIN
