// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the cgroup of a context: vz/CTID under the cgroup2 mount
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/beancounter.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "mnt.h"
#include "msg.h"

/* The kernel lets go of a cgroup a little after its last task was reaped. */
#define REMOVE_TRIES	100
#define REMOVE_PAUSE_MS	20

static int put(int dir, const char *file, const char *text)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static void enable_controllers(int dir, const char *where, bool verbose)
{
	static const char *const want[] = { "+memory", "+pids", "+cpu", "+io" };

	/* One at a time: the kernel refuses a whole line for one word. */
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		int err = put(dir, "cgroup.subtree_control", want[i]);

		if (err && verbose)
			msg_note("cgroup controller %s is not available in %s: %s",
				 want[i] + 1, where, strerror(-err));
	}
}

static int open_dir(int at, const char *name)
{
	return openat(at, name,
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* Takes over @dir. */
static void remove_below(int dir)
{
	DIR *d = dir < 0 ? NULL : fdopendir(dir);
	struct dirent *e;

	if (!d) {
		if (dir >= 0)
			close(dir);
		return;
	}
	while ((e = readdir(d))) {
		int sub;

		if (e->d_type != DT_DIR || !strcmp(e->d_name, ".") ||
		    !strcmp(e->d_name, ".."))
			continue;
		sub = open_dir(dir, e->d_name);
		if (sub < 0)
			continue;
		remove_below(sub);
		unlinkat(dir, e->d_name, AT_REMOVEDIR);
	}
	closedir(d);
}

int cgroup_make(uint32_t ctid, uid_t owner, bool verbose)
{
	static const char *const delegated[] = {
		"cgroup.procs", "cgroup.threads", "cgroup.subtree_control",
	};
	char top[PATH_MAX], name[16];
	int root, vz = -1, fd = -1;

	if (!mnt_cgroup2(top, sizeof(top))) {
		msg_note("warning: no cgroup2 is mounted; CT %u runs without a cgroup of its own",
			 ctid);
		return -1;
	}
	root = open_dir(AT_FDCWD, top);
	if (root < 0)
		goto out;
	enable_controllers(root, top, verbose);
	if (mkdirat(root, "vz", 0755) && errno != EEXIST)
		goto out;
	vz = open_dir(root, "vz");
	if (vz < 0)
		goto out;
	enable_controllers(vz, "vz", verbose);

	snprintf(name, sizeof(name), "%u", ctid);
	if (mkdirat(vz, name, 0755) && errno != EEXIST)
		goto out;
	fd = open_dir(vz, name);
	if (fd < 0)
		goto out;
	/* Groups an earlier life of the context made would stay its own. */
	remove_below(fcntl(fd, F_DUPFD_CLOEXEC, 0));
	if (fchown(fd, owner, owner))
		msg_note("warning: cannot delegate cgroup vz/%u: %s", ctid,
			 strerror(errno));
	for (size_t i = 0; i < sizeof(delegated) / sizeof(delegated[0]); i++)
		fchownat(fd, delegated[i], owner, owner, AT_SYMLINK_NOFOLLOW);
out:
	if (fd < 0)
		msg_note("warning: cannot make cgroup vz/%u in %s: %s", ctid,
			 top, strerror(errno));
	if (vz >= 0)
		close(vz);
	if (root >= 0)
		close(root);
	return fd;
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
	};
	const uint64_t page = sysconf(_SC_PAGESIZE);
	char top[PATH_MAX], path[PATH_MAX + 32], text[24];

	for (size_t i = 0; i < n; i++) {
		for (size_t f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
			int dir, ret;

			if (set[i].id != files[f].id || set[i].keep)
				continue;
			*what = files[f].file;
			if (!mnt_cgroup2(top, sizeof(top)))
				return -ENOENT;
			snprintf(path, sizeof(path), "%s/vz/%u", top, ctid);
			dir = open_dir(AT_FDCWD, path);
			if (dir < 0)
				return -errno;
			if (set[i].limit > INT64_MAX / page)
				snprintf(text, sizeof(text), "max");
			else
				snprintf(text, sizeof(text), "%" PRIu64,
					 set[i].limit * page);
			ret = put(dir, files[f].file, text);
			close(dir);
			if (ret)
				return ret;
		}
	}
	return 0;
}

int cgroup_write(uint32_t ctid, const char *file, const char *text)
{
	char top[PATH_MAX], path[PATH_MAX + 32];
	int dir, ret;

	if (!mnt_cgroup2(top, sizeof(top)))
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/vz/%u", top, ctid);
	dir = open_dir(AT_FDCWD, path);
	if (dir < 0)
		return -errno;
	ret = put(dir, file, text);
	close(dir);
	return ret;
}

/* The path of @pid in the cgroup2 hierarchy, as the host sees it. */
static int path_of(pid_t pid, char *buf, size_t size)
{
	char file[64], line[PATH_MAX + 8];
	int ret = -ENOENT;
	FILE *f;

	snprintf(file, sizeof(file), "/proc/%d/cgroup", pid);
	f = fopen(file, "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, "0::", 3))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(buf, size, "%s", line + 3);
		ret = 0;
		break;
	}
	fclose(f);
	return ret;
}

int cgroup_join(uint32_t ctid, pid_t pid)
{
	char top[PATH_MAX], path[PATH_MAX + 32], own[32];
	int fd, ret;
	size_t len;

	if (!mnt_cgroup2(top, sizeof(top)))
		return -ENOENT;
	ret = path_of(pid, path, sizeof(path));
	if (ret)
		return ret;
	len = snprintf(own, sizeof(own), "/vz/%u", ctid);
	if (strncmp(path, own, len) || (path[len] && path[len] != '/'))
		return -ENOENT;
	/* cgroupfs has no links, and the names below /vz/CTID hold no "..". */
	if (strstr(path, "/../"))
		return -EINVAL;
	fd = open_dir(AT_FDCWD, top);
	if (fd < 0)
		return -errno;
	len = strlen(path);
	ret = snprintf(path + len, sizeof(path) - len, "/cgroup.procs") <
	      (int)(sizeof(path) - len) ? put(fd, path + 1, "0") : -ENAMETOOLONG;
	close(fd);
	return ret;
}

int cgroup_freezer(uint32_t ctid)
{
	char top[PATH_MAX], path[PATH_MAX + 48];
	int fd;

	if (!mnt_cgroup2(top, sizeof(top)))
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/vz/%u/cgroup.freeze", top, ctid);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

void cgroup_remove(uint32_t ctid)
{
	const struct timespec pause = { 0, REMOVE_PAUSE_MS * 1000000L };
	char top[PATH_MAX], path[PATH_MAX + 32];

	if (!mnt_cgroup2(top, sizeof(top)))
		return;
	snprintf(path, sizeof(path), "%s/vz/%u", top, ctid);
	for (int i = 0; i < REMOVE_TRIES; i++) {
		int fd = open_dir(AT_FDCWD, path);

		if (fd < 0)
			return;
		put(fd, "cgroup.kill", "1");
		remove_below(fd);
		if (!rmdir(path) || errno == ENOENT)
			return;
		nanosleep(&pause, NULL);
	}
	msg_note("warning: cannot remove cgroup vz/%u: %s", ctid,
		 strerror(errno));
}
