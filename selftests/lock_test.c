// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - numflock: what counts as a file lock, and for how long
 *
 * Witness: /proc/locks, without the requests that wait.
 */
#include <pthread.h>
#include <sys/file.h>
#include <sys/un.h>

#include "kselftest_harness.h"
#include "servant.h"

#define FILES 4

static int fd[FILES];
static unsigned long ino[FILES];

static int open_one(int i, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/tmp/lock%d", i);
	return open(path, flags | O_RDWR | O_CLOEXEC, 0644);
}

/* Locks the kernel has on the files of this test. */
static long in_proc_locks(void)
{
	unsigned long inode;
	char line[256];
	long n = 0;
	int i;
	FILE *f = fopen("/proc/locks", "re");

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (strstr(line, "->") ||
		    sscanf(line, "%*s %*s %*s %*s %*s %*[^:]:%*[^:]:%lu",
			   &inode) != 1)
			continue;
		for (i = 0; i < FILES; i++)
			n += inode == ino[i];
	}
	fclose(f);
	return n;
}

/* Orders. A file is an index, a range is two numbers in one. */

static long do_open(long i, long unused)
{
	fd[i] = open_one(i, 0);
	return fd[i] < 0 ? -errno : 0;
}

static long do_close(long i, long unused)
{
	return close(fd[i]) ? -errno : 0;
}

static long do_flock(long i, long how)
{
	return flock(fd[i], how) ? -errno : 0;
}

#define RANGE(start, len) ((start) << 16 | (len))

static long do_lock(int i, int cmd, int type, long range)
{
	struct flock fl = {
		.l_type = type,
		.l_start = range >> 16,
		.l_len = range & 0xffff,
	};

	return fcntl(fd[i], cmd, &fl) ? -errno : 0;
}

static long do_read(long i, long range)
{
	return do_lock(i, F_SETLK, F_RDLCK, range);
}

static long do_write(long i, long range)
{
	return do_lock(i, F_SETLK, F_WRLCK, range);
}

static long do_unlock(long i, long range)
{
	return do_lock(i, F_SETLK, F_UNLCK, range);
}

static long do_ofd_write(long i, long range)
{
	return do_lock(i, F_OFD_SETLK, F_WRLCK, range);
}

static long do_lease(long i, long type)
{
	return fcntl(fd[i], F_SETLEASE, type) ? -errno : 0;
}

/* Locks single bytes with gaps until it is refused. */
static long do_fill(long i, long from)
{
	long at, err;

	for (at = from; at < 20000; at += 2) {
		err = do_write(i, RANGE(at, 1));
		if (err)
			return err;
	}
	return 0;
}

/* A child that ends with locks held. */
static long do_child(long i, long n)
{
	pid_t pid = fork();

	if (!pid) {
		while (n--)
			do_write(i, RANGE(2 * n, 1));
		_exit(0);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : -errno;
}

FIXTURE(lock)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

#define held() held_of(&self->g, 101, UB_NUMFLOCK)
#define fails() fails_of(&self->g, 101, UB_NUMFLOCK)
#define limit(b, l) ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMFLOCK, b, l))
#define told(fn, a, b) tell(self->s, fn, a, b)
#define expect_locks(n) do {						\
	EXPECT_EQ(n, held());						\
	EXPECT_EQ(n, in_proc_locks());					\
} while (0)

FIXTURE_SETUP(lock)
{
	struct stat st;
	int i;

	ASSERT_EQ(0, genl_open(&self->g));
	for (i = 0; i < FILES; i++) {
		fd[i] = open_one(i, O_CREAT);
		ASSERT_GE(fd[i], 0);
		ASSERT_EQ(0, fstat(fd[i], &st));
		ino[i] = st.st_ino;
		close(fd[i]);
	}
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
	for (i = 0; i < FILES; i++)
		ASSERT_EQ(0, told(do_open, i, 0));
	ASSERT_EQ(0, held());
}

FIXTURE_TEARDOWN(lock)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_EQ(0, in_proc_locks());
}

CLAIM(lock, flock_counts_once_and_converts)
{
	EXPECT_EQ(0, told(do_flock, 0, LOCK_SH));
	expect_locks(1);
	EXPECT_EQ(0, told(do_flock, 0, LOCK_SH));
	expect_locks(1);
	limit(1, 1);
	EXPECT_EQ(0, told(do_flock, 0, LOCK_EX));
	EXPECT_EQ(0, told(do_flock, 0, LOCK_SH));
	expect_locks(1);
	EXPECT_EQ(-ENOLCK, told(do_flock, 1, LOCK_SH));
	EXPECT_EQ(1, fails());
	expect_locks(1);
	EXPECT_EQ(0, told(do_flock, 0, LOCK_UN));
	expect_locks(0);
	EXPECT_EQ(0, told(do_flock, 1, LOCK_EX));
	EXPECT_EQ(0, told(do_close, 1, 0));
	expect_locks(0);
}

CLAIM(lock, posix_merges_and_splits)
{
	EXPECT_EQ(0, told(do_write, 0, RANGE(10, 10)));
	expect_locks(1);
	EXPECT_EQ(0, told(do_write, 0, RANGE(30, 10)));
	expect_locks(2);
	EXPECT_EQ(0, told(do_write, 0, RANGE(20, 10)));
	expect_locks(1);
	EXPECT_EQ(0, told(do_unlock, 0, RANGE(20, 10)));
	expect_locks(2);
	EXPECT_EQ(0, told(do_read, 0, RANGE(12, 2)));
	expect_locks(4);
	EXPECT_EQ(0, told(do_read, 0, RANGE(0, 100)));
	expect_locks(1);
	EXPECT_EQ(0, told(do_unlock, 0, RANGE(0, 0)));
	expect_locks(0);
}

/* At the limit whatever adds no lock still works. */
CLAIM(lock, at_the_limit_only_additions_fail)
{
	EXPECT_EQ(0, told(do_write, 0, RANGE(10, 10)));
	EXPECT_EQ(0, told(do_write, 0, RANGE(30, 10)));
	limit(2, 3);
	EXPECT_EQ(-ENOLCK, told(do_write, 0, RANGE(50, 1)));
	EXPECT_EQ(-ENOLCK, told(do_write, 1, RANGE(0, 0)));
	EXPECT_EQ(-ENOLCK, told(do_flock, 1, LOCK_EX));
	EXPECT_EQ(-ENOLCK, told(do_ofd_write, 1, RANGE(0, 0)));
	EXPECT_EQ(-ENOLCK, told(do_read, 0, RANGE(12, 2)));
	EXPECT_EQ(-ENOLCK, told(do_read, 0, RANGE(10, 2)));
	EXPECT_EQ(6, fails());
	expect_locks(2);
	/* Convert, extend, shrink, move a border. */
	EXPECT_EQ(0, told(do_read, 0, RANGE(10, 10)));
	EXPECT_EQ(0, told(do_read, 0, RANGE(8, 5)));
	EXPECT_EQ(0, told(do_unlock, 0, RANGE(8, 1)));
	EXPECT_EQ(0, told(do_read, 0, RANGE(15, 20)));
	EXPECT_EQ(0, told(do_write, 0, RANGE(30, 5)));
	expect_locks(2);
	/* Unlocking in the middle may use what is above the barrier. */
	EXPECT_EQ(0, told(do_unlock, 0, RANGE(12, 2)));
	expect_locks(3);
	EXPECT_EQ(6, fails());
	EXPECT_EQ(-ENOLCK, told(do_unlock, 0, RANGE(16, 2)));
	expect_locks(3);
	EXPECT_EQ(0, told(do_unlock, 0, RANGE(0, 0)));
	expect_locks(0);
}

CLAIM(lock, two_pieces_need_two_units)
{
	EXPECT_EQ(0, told(do_write, 0, RANGE(10, 10)));
	limit(2, 2);
	EXPECT_EQ(-ENOLCK, told(do_read, 0, RANGE(12, 2)));
	EXPECT_EQ(1, fails());
	limit(3, 3);
	EXPECT_EQ(0, told(do_read, 0, RANGE(12, 2)));
	expect_locks(3);
}

CLAIM(lock, a_conflict_costs_nothing)
{
	int host = open_one(0, 0);

	ASSERT_EQ(0, flock(host, LOCK_EX));
	EXPECT_EQ(0, told(do_flock, 1, LOCK_SH));
	EXPECT_EQ(-EWOULDBLOCK, told(do_flock, 0, LOCK_EX | LOCK_NB));
	EXPECT_EQ(1, held());
	/* One that waits counts when it is granted. */
	order(self->s, do_flock, 0, LOCK_EX);
	usleep(20000);
	EXPECT_EQ(1, held());
	ASSERT_EQ(0, flock(host, LOCK_UN));
	EXPECT_TRUE(wait_until(!self->s->fn));
	EXPECT_EQ(2, held());
	close(host);
}

CLAIM(lock, given_back_by_close_and_exit)
{
	EXPECT_EQ(0, told(do_write, 0, RANGE(10, 10)));
	EXPECT_EQ(0, told(do_write, 0, RANGE(30, 10)));
	EXPECT_EQ(0, told(do_ofd_write, 1, RANGE(30, 10)));
	EXPECT_EQ(0, told(do_flock, 1, LOCK_SH));
	expect_locks(4);
	EXPECT_EQ(0, told(do_close, 0, 0));
	expect_locks(2);
	EXPECT_EQ(0, told(do_close, 1, 0));
	expect_locks(0);
	EXPECT_EQ(0, told(do_child, 2, 50));
	expect_locks(0);
}

CLAIM(lock, leases)
{
	int opener;

	EXPECT_EQ(0, told(do_lease, 0, F_WRLCK));
	expect_locks(1);
	limit(1, 1);
	EXPECT_EQ(0, told(do_lease, 0, F_WRLCK));
	EXPECT_EQ(-ENOLCK, told(do_lease, 1, F_WRLCK));
	expect_locks(1);
	EXPECT_EQ(0, told(do_lease, 0, F_UNLCK));
	expect_locks(0);
	EXPECT_EQ(0, told(do_lease, 1, F_WRLCK));
	expect_locks(1);
	/* Refused by the kernel: somebody else has it open. */
	limit(9, 9);
	opener = open_one(2, 0);
	EXPECT_EQ(-EAGAIN, told(do_lease, 2, F_WRLCK));
	expect_locks(1);
	close(opener);
	EXPECT_EQ(0, told(do_close, 1, 0));
	expect_locks(0);
}

/* The host gets the open file: what the CT locked stays the CT's. */
CLAIM(lock, outlives_its_container)
{
	char path[64];
	int pidfd, host;

	EXPECT_EQ(0, told(do_flock, 0, LOCK_EX));
	EXPECT_EQ(0, told(do_ofd_write, 0, RANGE(5, 5)));
	snprintf(path, sizeof(path), "/proc/%d/fd", self->ct.init);
	pidfd = syscall(SYS_pidfd_open, self->ct.init, 0);
	ASSERT_GE(pidfd, 0);
	/* Its descriptors begin at the same number in parent and child. */
	host = -1;
	for (int n = 3; n < 64 && host < 0; n++) {
		char link[64] = {}, one[96];

		snprintf(one, sizeof(one), "%s/%d", path, n);
		if (readlink(one, link, sizeof(link) - 1) > 0 &&
		    !strcmp(link, "/tmp/lock0"))
			host = syscall(SYS_pidfd_getfd, pidfd, n, 0);
	}
	ASSERT_GE(host, 0);
	close(pidfd);
	EXPECT_EQ(0, told(do_close, 0, 0));
	expect_locks(2);
	fd[3] = host;
	EXPECT_EQ(0, do_ofd_write(3, RANGE(50, 5)));
	EXPECT_EQ(2, held());
	ct_kill(&self->ct);
	EXPECT_EQ(3, in_proc_locks());
	usleep(100000);
	EXPECT_EQ(1, vz_count(&self->g));
	close(host);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

/* Two containers with locks through one open file: each pays for its own. */
CLAIM(lock, shared_by_two_containers)
{
	struct ct other = {};
	struct servant *t;

	fd[0] = open_one(0, 0);
	t = hire(&self->g, &other, 102, 0);
	ASSERT_NE(NULL, t);
	ct_kill(&self->ct);
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 1));
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);

	EXPECT_EQ(0, told(do_ofd_write, 0, RANGE(0, 10)));
	EXPECT_EQ(0, tell(t, do_ofd_write, 0, RANGE(20, 10)));
	EXPECT_EQ(1, held());
	EXPECT_EQ(1, held_of(&self->g, 102, UB_NUMFLOCK));
	ASSERT_EQ(0, vz_set(&self->g, 102, UB_NUMFLOCK, 1, 1));
	EXPECT_EQ(-ENOLCK, tell(t, do_ofd_write, 0, RANGE(40, 10)));
	EXPECT_EQ(0, told(do_ofd_write, 0, RANGE(40, 10)));
	EXPECT_EQ(2, held());
	/* One merges the other's into its own. */
	EXPECT_EQ(0, told(do_ofd_write, 0, RANGE(0, 100)));
	EXPECT_EQ(1, in_proc_locks());
	EXPECT_EQ(1, held() + held_of(&self->g, 102, UB_NUMFLOCK));
	close(fd[0]);
	ct_kill(&self->ct);
	ct_kill(&other);
}

static long random_ops(long seed, long n)
{
	static const int type[] = { F_RDLCK, F_WRLCK, F_WRLCK, F_UNLCK };
	unsigned int r = seed;
	long strange = 0, err;

	while (n--) {
		int i = rand_r(&r) % 2;
		long range = RANGE(rand_r(&r) % 40L, 1 + rand_r(&r) % 12L);

		err = do_lock(i, rand_r(&r) % 3 ? F_SETLK : F_OFD_SETLK,
			      type[rand_r(&r) % 4], range);
		if (err && err != -ENOLCK && err != -EAGAIN)
			strange++;
		if (!(rand_r(&r) % 20))
			flock(fd[i], LOCK_NB |
				     (rand_r(&r) % 2 ? LOCK_EX : LOCK_SH));
	}
	return strange;
}

CLAIM(lock, any_sequence_agrees_with_proc_locks)
{
	int i;

	for (i = 0; i < 60 / slow() + 10; i++) {
		if (i % 10 == 5)
			limit(i % 20, i % 20 + 2);
		EXPECT_EQ(0, told(random_ops, i, 7));
		EXPECT_EQ(in_proc_locks(), held());
	}
	EXPECT_EQ(0, told(do_unlock, 0, 0));
	EXPECT_EQ(0, told(do_close, 0, 0));
	EXPECT_EQ(0, told(do_close, 1, 0));
	expect_locks(0);
}

static volatile long *got;

/*
 * Who meets another here spins, for as long as the emulator runs the one that
 * spins: the fewer rounds the slower. Nobody waits for a lock: the last to hold it
 * may have ended.
 */
static void *racer(void *arg)
{
	long me = (long)arg, i;

	for (i = 0; i < 200 / (slow() * slow()); i++) {
		int mine = open_one(me % FILES, 0);

		if (!flock(mine, LOCK_SH | LOCK_NB))
			__atomic_add_fetch(got, 1, __ATOMIC_RELAXED);
		random_ops(me * 1000 + i, 3);
		close(mine);
	}
	return NULL;
}

/* Threads of one process on the same files: one owner, many at once. */
static long do_race(long n, long unused)
{
	pthread_t t[8];
	long i;

	for (i = 0; i < n; i++)
		if (pthread_create(&t[i], NULL, racer, (void *)i))
			return -errno;
	for (i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	return 0;
}

CLAIM(lock, eight_race_for_the_last_units)
{
	struct bc bc;
	int i;

	got = shared(sizeof(*got));
	ct_kill(&self->ct);
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 0));
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
	for (i = 0; i < FILES; i++)
		ASSERT_EQ(0, told(do_open, i, 0));
	limit(6, 6);
	EXPECT_EQ(0, told(do_race, 8, 0));
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMFLOCK, &bc));
	EXPECT_EQ(6, (long)bc.maxheld);
	EXPECT_GT((long)bc.failcnt, 0);
	EXPECT_GT(*got, 0);
	EXPECT_EQ(in_proc_locks(), (long)bc.held);
	for (i = 0; i < FILES; i++)
		EXPECT_EQ(0, told(do_close, i, 0));
	expect_locks(0);
}

CLAIM(lock, a_storm_is_the_containers_own)
{
	struct ct other = {};
	struct servant *t;
	int i;

	t = hire(&self->g, &other, 102, 0);
	ASSERT_NE(NULL, t);
	ASSERT_EQ(0, tell(t, do_open, 3, 0));
	limit(500, 500);
	EXPECT_EQ(-ENOLCK, told(do_fill, 0, 0));
	expect_locks(500);
	order(self->s, random_ops, 1, 20000 / slow());
	fd[3] = open_one(3, 0);
	for (i = 0; i < 200; i++) {
		EXPECT_EQ(0, do_write(3, RANGE(2L * i, 1)));
		EXPECT_EQ(0, tell(t, do_write, 3, RANGE(1000 + 2L * i, 1)));
	}
	EXPECT_EQ(200, held_of(&self->g, 102, UB_NUMFLOCK));
	EXPECT_EQ(0, fails_of(&self->g, 102, UB_NUMFLOCK));
	EXPECT_TRUE(wait_until(!self->s->fn));
	close(fd[3]);
	ct_kill(&other);
}

TEST_HARNESS_MAIN
