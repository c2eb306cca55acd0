// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the cgroup of a context: vz/CTID under the cgroup2 mount
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/beancounter.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "engine/cgroup.h"
#include "engine/cgroup_tree.h"
#include "engine/mount.h"
#include "lib/report.h"

/*
 * What a context can make below its cgroup. A Debian has some eighty, six levels
 * deep; each more of them costs the host memory, and time when they go.
 */
#define MAX_DEPTH	"32"
#define MAX_BELOW	"1024"

/* Where tasks go that enter a context. */
#define LEAF		".vzctx"
#define LEAF_TRIES	8

static bool has_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	for (; *line; line += strcspn(line, " "), line += *line == ' ')
		if (strcspn(line, " ") == len && !strncmp(line, word, len))
			return true;
	return false;
}

static void enable_controllers(int dir, const char *where, bool verbose,
			       struct report *report)
{
	static const char *const want[] = { "+memory", "+pids", "+cpu", "+io", "+cpuset" };
	char on[256];

	cgtree_line(dir, "cgroup.subtree_control", on, sizeof(on));
	/* One at a time: the kernel refuses a whole line for one word. */
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		int err = has_word(on, want[i] + 1) ? 0 :
			  cgtree_put(dir, "cgroup.subtree_control", want[i]);

		if (err && verbose)
			report_note(report, "cgroup controller %s is not available in %s: %s",
				    want[i] + 1, where, strerror(-err));
	}
}

/* The cgroup "vz", or that of a context. Return: a descriptor or -errno. */
static int open_own(uint32_t ctid)
{
	char top[PATH_MAX], path[PATH_MAX + 32];
	int fd, len;

	if (!mnt_cgroup2(top, sizeof(top)))
		return -ENOENT;
	len = snprintf(path, sizeof(path), "%s/vz", top);
	if (ctid)
		snprintf(path + len, sizeof(path) - len, "/%u", ctid);
	fd = cgtree_open(AT_FDCWD, path);
	return fd < 0 ? -errno : fd;
}

int cgroup_make(uint32_t ctid, uid_t owner, bool verbose,
		struct report *report)
{
	static const char *const delegated[] = {
		"cgroup.procs", "cgroup.threads", "cgroup.subtree_control",
	};
	char top[PATH_MAX], name[16];
	int root, vz = -1, fd = -1, ret;

	if (!mnt_cgroup2(top, sizeof(top))) {
		report_note(report, "warning: no cgroup2 is mounted; CT %u runs without a cgroup of its own",
			    ctid);
		return -1;
	}
	root = cgtree_open(AT_FDCWD, top);
	if (root < 0)
		goto out;
	enable_controllers(root, top, verbose, report);
	if (mkdirat(root, "vz", 0755) && errno != EEXIST)
		goto out;
	vz = cgtree_open(root, "vz");
	if (vz < 0)
		goto out;
	enable_controllers(vz, "vz", verbose, report);

	snprintf(name, sizeof(name), "%u", ctid);
	ret = cgtree_remove(vz, name);
	if (ret)
		report_note(report,
			    "warning: something is left in cgroup vz/%u: %s",
			    ctid, strerror(-ret));
	if (mkdirat(vz, name, 0755) && errno != EEXIST)
		goto out;
	fd = cgtree_open(vz, name);
	if (fd < 0)
		goto out;
	if (ret)
		cgtree_put(fd, "cgroup.freeze", "0");
	if (cgtree_put(fd, "cgroup.max.depth", MAX_DEPTH) ||
	    cgtree_put(fd, "cgroup.max.descendants", MAX_BELOW))
		report_note(report, "warning: cannot bound what is made below cgroup vz/%u",
			    ctid);
	if (fchown(fd, owner, owner))
		report_note(report, "warning: cannot delegate cgroup vz/%u: %s",
			    ctid, strerror(errno));
	for (size_t i = 0; i < sizeof(delegated) / sizeof(delegated[0]); i++)
		fchownat(fd, delegated[i], owner, owner, AT_SYMLINK_NOFOLLOW);
out:
	if (fd < 0)
		report_note(report,
			    "warning: cannot make cgroup vz/%u in %s: %s", ctid,
			    top, strerror(errno));
	if (vz >= 0)
		close(vz);
	if (root >= 0)
		close(root);
	return fd;
}

/*
 * A guarantee holds as far as the cgroup above has one; where that is less than the sum
 * of those below, each has its part of it.
 */
static int guarantee_all(void)
{
	struct sysinfo si;
	uint64_t sum, most;
	char text[24];
	int vz = open_own(0), ret;

	if (vz < 0)
		return vz;
	sum = cgtree_sum(vz, "memory.min");
	most = sysinfo(&si) ? sum : (uint64_t)si.totalram * si.mem_unit / 4 * 3;
	snprintf(text, sizeof(text), "%" PRIu64, sum < most ? sum : most);
	ret = cgtree_put(vz, "memory.min", text);
	close(vz);
	return ret;
}

int cgroup_limit(uint32_t ctid, const struct vz_set *set, size_t n,
		 const char **what)
{
	static const struct {
		uint32_t id;
		const char *file;
	} files[] = {
		{ UB_PHYSPAGES, "memory.max" },
		{ UB_SWAPPAGES, "memory.swap.max" },
		{ UB_VMGUARPAGES, "memory.min" },
	};
	const uint64_t page = sysconf(_SC_PAGESIZE);
	char text[24];
	uint64_t v;

	for (size_t i = 0; i < n; i++) {
		for (size_t f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
			int dir, ret;

			if (set[i].id != files[f].id || set[i].keep)
				continue;
			*what = files[f].file;
			dir = open_own(ctid);
			if (dir < 0)
				return dir;
			v = set[i].limit;
			/* One that nobody has set is unlimited, and guarantees nothing. */
			if (set[i].id == UB_VMGUARPAGES)
				v = set[i].barrier > INT64_MAX / page ? 0 : set[i].barrier;
			if (v > INT64_MAX / page)
				snprintf(text, sizeof(text), "max");
			else
				snprintf(text, sizeof(text), "%" PRIu64, v * page);
			ret = cgtree_put(dir, files[f].file, text);
			close(dir);
			if (!ret && set[i].id == UB_VMGUARPAGES)
				ret = guarantee_all();
			if (ret)
				return ret;
		}
	}
	return 0;
}

int cgroup_open(uint32_t ctid)
{
	return open_own(ctid);
}

int cgroup_write(uint32_t ctid, const char *file, const char *text)
{
	int dir = open_own(ctid), ret;

	if (dir < 0)
		return dir;
	ret = cgtree_put(dir, file, text);
	close(dir);
	return ret;
}

int cgroup_find(uint32_t ctid, const char *file, const char *word, char *line, size_t size)
{
	int dir = open_own(ctid), fd;
	size_t len = strlen(word);
	int ret = -ENODATA;
	FILE *f;

	if (dir < 0)
		return dir;
	fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f)
		ret = -errno;
	while (f && ret && fgets(line, size, f))
		if (!strncmp(line, word, len) && line[len] == ' ')
			ret = 0;
	line[ret ? 0 : strcspn(line, "\n")] = '\0';
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
	close(dir);
	return ret;
}

int cgroup_read(uint32_t ctid, const char *file, char *line, size_t size)
{
	int dir = open_own(ctid), ret;

	if (dir < 0)
		return dir;
	ret = cgtree_line(dir, file, line, size);
	close(dir);
	return ret;
}

/* With the cgroup full the host still has room for one of its own. */
static int make_leaf(int own, const char *name)
{
	int ret;

	if (!mkdirat(own, name, 0755))
		return 0;
	if (errno != EAGAIN)
		return -errno;
	cgtree_put(own, "cgroup.max.descendants", "max");
	ret = mkdirat(own, name, 0755) ? -errno : 0;
	cgtree_put(own, "cgroup.max.descendants", MAX_BELOW);
	return ret;
}

/* A cgroup of that name which the context made is not the host's. */
static int open_leaf(int own, const char *name)
{
	int ret = make_leaf(own, name), fd;
	struct stat st;

	if (ret && ret != -EEXIST)
		return ret;
	fd = cgtree_open(own, name);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && !st.st_uid)
		return fd;
	close(fd);
	return -EEXIST;
}

/* As fork(), into that cgroup or, for -1, that of the caller. Return: also -errno. */
static pid_t fork_into(int cg)
{
	struct clone_args ca = { .exit_signal = SIGCHLD };
	pid_t pid;

	if (cg >= 0) {
		ca.flags = CLONE_INTO_CGROUP;
		ca.cgroup = cg;
	}
	pid = syscall(SYS_clone3, &ca, sizeof(ca));
	return pid < 0 ? -errno : pid;
}

/* The context may remove it whenever nobody is in it, hence again. */
pid_t cgroup_fork(uint32_t ctid)
{
	int own = open_own(ctid), leaf;
	char name[32] = LEAF;
	pid_t pid = own;
	uint32_t n;

	if (own < 0)
		return own == -ENOENT ? fork_into(-1) : own;
	for (int i = 0; i < LEAF_TRIES; i++) {
		leaf = open_leaf(own, name);
		pid = leaf < 0 ? leaf : fork_into(leaf);
		if (leaf >= 0)
			close(leaf);
		/* In a tree of threads new cgroups take nobody, their root does. */
		if (pid == -EOPNOTSUPP)
			pid = fork_into(own);
		if (pid == -EEXIST && getrandom(&n, sizeof(n), 0) == sizeof(n))
			snprintf(name, sizeof(name), LEAF ".%08x", n);
		else if (pid != -ENODEV && pid != -ENOENT)
			break;
	}
	close(own);
	return pid;
}

bool cgroup_frozen(uint32_t ctid)
{
	int dir = open_own(ctid);
	bool frozen;

	if (dir < 0)
		return false;
	frozen = cgtree_says(dir, "cgroup.freeze", "1") ||
		 cgtree_says(dir, "../cgroup.freeze", "1");
	close(dir);
	return frozen;
}

bool cgroup_still(uint32_t ctid)
{
	int dir = open_own(ctid);
	bool still = dir >= 0 && cgtree_says(dir, "cgroup.events", "frozen 1");

	if (dir >= 0)
		close(dir);
	return still;
}

/* The path of @pid in the cgroup2 hierarchy, as the host sees it. */
static bool path_of(pid_t pid, char *buf, size_t size)
{
	char file[64], line[PATH_MAX + 8];
	bool found = false;
	FILE *f;

	snprintf(file, sizeof(file), "/proc/%d/cgroup", pid);
	f = fopen(file, "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "0::", 3))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(buf, size, "%.*s", PATH_MAX - 1, line + 3);
		found = true;
	}
	fclose(f);
	return found;
}

static bool thaw(int dir)
{
	return cgtree_says(dir, "cgroup.freeze", "1") &&
	       !cgtree_put(dir, "cgroup.freeze", "0");
}

bool cgroup_thaw(uint32_t ctid, pid_t init)
{
	char path[PATH_MAX], own[32], *save = NULL, *name;
	int dir = open_own(ctid), next;
	bool was = dir >= 0 && thaw(dir);
	size_t len;

	len = snprintf(own, sizeof(own), "/vz/%u", ctid);
	if (dir < 0 || !path_of(init, path, sizeof(path)) ||
	    strncmp(path, own, len) || path[len] != '/')
		goto out;
	/* Name by name: the whole may be longer than a path can be. */
	name = strtok_r(path + len, "/", &save);
	for (; name && strcmp(name, ".."); name = strtok_r(NULL, "/", &save)) {
		next = cgtree_open(dir, name);
		close(dir);
		dir = next;
		if (dir < 0)
			break;
		was |= thaw(dir);
	}
out:
	if (dir >= 0)
		close(dir);
	return was;
}

void cgroup_kill(uint32_t ctid)
{
	cgroup_write(ctid, "cgroup.kill", "1");
}

bool cgroup_controls(const char *controller)
{
	char top[PATH_MAX], text[256];
	int dir;

	if (!mnt_cgroup2(top, sizeof(top)))
		return false;
	dir = cgtree_open(AT_FDCWD, top);
	if (dir < 0)
		return false;
	cgtree_line(dir, "cgroup.controllers", text, sizeof(text));
	close(dir);
	return has_word(text, controller);
}

int cgroup_freezer(uint32_t ctid)
{
	int dir = open_own(ctid), fd;

	if (dir < 0)
		return dir;
	fd = openat(dir, "cgroup.freeze", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		fd = -errno;
	close(dir);
	return fd;
}

void cgroup_remove(uint32_t ctid, struct report *report)
{
	int vz = open_own(0), ret;
	char name[16];

	if (vz < 0)
		return;
	snprintf(name, sizeof(name), "%u", ctid);
	ret = cgtree_remove(vz, name);
	/* What was guaranteed to it is not for the others. */
	if (!ret && !cgtree_says(vz, "memory.min", "0"))
		guarantee_all();
	close(vz);
	if (ret)
		report_note(report, "warning: cannot remove cgroup vz/%u: %s",
			    ctid, strerror(-ret));
}
