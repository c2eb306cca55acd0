// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - numflock: what counts as a file lock, and for how long
 */
#include <kselftest_harness.h>
#include "help/filelock.h"

static long do_flock(long i, long how)
{
	return flock(fd[i], how) ? -errno : 0;
}

static long do_read(long i, long range)
{
	return do_lock(i, F_SETLK, F_RDLCK, range);
}

static long do_ofd_write(long i, long range)
{
	return do_lock(i, F_OFD_SETLK, F_WRLCK, range);
}

static long do_lease(long i, long type)
{
	return fcntl(fd[i], F_SETLEASE, type) ? -errno : 0;
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

/* A lock that grows out of one of the host's is the container's. */
CLAIM(lock, merged_with_the_hosts)
{
	fd[0] = open_one(0, 0);
	hire_again();
	EXPECT_EQ(0, do_ofd_write(0, RANGE(0, 10)));
	EXPECT_EQ(0, held());
	EXPECT_EQ(0, told(do_ofd_write, 0, RANGE(10, 10)));
	expect_locks(1);
	EXPECT_EQ(0, do_ofd_write(0, RANGE(5, 10)));
	expect_locks(1);
	close(fd[0]);
}

/* Two containers with locks through one open file: each pays for its own. */
CLAIM(lock, shared_by_two_containers)
{
	struct ct other = {};
	struct servant *t;

	fd[0] = open_one(0, 0);
	hire_again();
	t = hire(&self->g, &other, 102, 0);
	ASSERT_NE(NULL, t);

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

TEST_HARNESS_MAIN
