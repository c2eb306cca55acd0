// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - charging waits for no memory under a lock that reclaim takes
 *
 * Witness: /proc/lockdep of a debug kernel, which lists behind each class of locks
 * what was ever taken, or waited for, with one of the class held. There fs_reclaim
 * stands for an allocation that may reclaim.
 */
#include <sys/mman.h>

#include <kselftest_harness.h>
#include "help/servant.h"

#define PAGE 4096L

/* Runs a program whose arguments take so many pages. */
static long execute(long pages, long unused)
{
	char *argv[] = { "true", NULL, NULL };
	int status;
	pid_t pid;

	argv[1] = malloc(pages * PAGE);
	memset(argv[1], 'a', pages * PAGE - 1);
	argv[1][pages * PAGE - 1] = 0;
	pid = fork();
	if (!pid) {
		execv("/bin/true", argv);
		_exit(127);
	}
	free(argv[1]);
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return status;
}

/* Maps, protects and unmaps in every order that splits and joins. */
static long remap(long pages, long unused)
{
	char *map = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long i;

	if (map == MAP_FAILED)
		return -errno;
	memset(map, 1, pages * PAGE);
	for (i = 0; i < pages; i += 2)
		if (mprotect(map + i * PAGE, PAGE, PROT_READ))
			return -errno;
	for (i = 0; i < pages; i += 2)
		if (mprotect(map + i * PAGE, PAGE, PROT_READ | PROT_WRITE))
			return -errno;
	if (mlock(map, PAGE))
		return -errno;
	return munmap(map, pages * PAGE) ? -errno : 0;
}

/* How often a class was held when memory was waited for; -1: it is not known. */
static int reclaims_under(const char *class)
{
	FILE *f = fopen("/proc/lockdep", "re");
	char line[256];
	bool within = false;
	int found = -1;

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		/* Such a line opens the block of a class, and ends with its name. */
		if (strstr(line, " FD: ")) {
			const char *name = strstr(line, ": ");

			while (name && strstr(name + 2, ": "))
				name = strstr(name + 2, ": ");
			within = name && !strcmp(name + 2, class);
			if (within && found < 0)
				found = 0;
		} else if (within && strstr(line, "] fs_reclaim")) {
			found++;
		}
	}
	if (f)
		fclose(f);
	return found;
}

FIXTURE(reclaim)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

FIXTURE_SETUP(reclaim)
{
	/* SKIP() here would leave out nothing but the rest of this. */
	if (access("/proc/lockdep", R_OK))
		return;
	ASSERT_EQ(0, genl_open(&self->g));
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
}

FIXTURE_TEARDOWN(reclaim)
{
	if (!self->s)
		return;
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(reclaim, no_lock_of_an_address_space_is_held)
{
	static const char *const classes[] = {
		"&anon_vma->rwsem", "&mapping->i_mmap_rwsem", NULL
	};
	const char *const *class;

	if (!self->s)
		SKIP(return, "this kernel has no /proc/lockdep");
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_PRIVVMPAGES, 100000, 100000));
	ASSERT_EQ(0, vz_set(&self->g, 101, UB_LOCKEDPAGES, 100, 100));
	EXPECT_EQ(0, tell(self->s, execute, 16, 0));
	EXPECT_EQ(0, tell(self->s, remap, 64, 0));
	/* Such a report there can be: mapping itself waits for memory. */
	EXPECT_LE(1, reclaims_under("&mm->mmap_lock"));
	for (class = classes; *class; class++) {
		int n = reclaims_under(*class);

		if (n > 0)
			TH_LOG("memory is waited for under %s", *class);
		EXPECT_EQ(0, n);
	}
}

TEST_HARNESS_MAIN
