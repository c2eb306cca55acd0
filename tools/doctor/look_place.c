// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - looks at the file system that containers lie on
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/globalconf.h"
#include "doctor/look_place.h"
#include "engine/mount.h"

/* Where private areas lie, or the nearest directory above it that there is. */
static void find_place(char *path, size_t size)
{
	const char *value = globalconf(NULL, "VE_PRIVATE");
	char *slash;

	snprintf(path, size, "%s", value ?: PRIVATE_DIR "/0");
	while (*path) {
		slash = strrchr(path, '/');
		*(slash ?: path) = '\0';
		if (!strchr(path, '$') && !access(path, F_OK))
			return;
	}
	snprintf(path, size, "/");
}

/* The child of a user namespace waits until it is killed. */
static int wait_child(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return 0;
}

static int write_map(pid_t pid, const char *name)
{
	char path[64], map[32];
	int len = snprintf(map, sizeof(map), "0 %u %u", ID_FIRST, ID_COUNT), ret = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, map, len) != len)
		ret = -errno;
	close(fd);
	return ret;
}

/* A user namespace with the first range of ids. Return: a descriptor or -errno. */
static int open_userns(void)
{
	static char stack[16384] __attribute__((aligned(16)));
	pid_t pid = clone(wait_child, stack + sizeof(stack), CLONE_NEWUSER | SIGCHLD, NULL);
	char path[64];
	int ret;

	if (pid < 0)
		return -errno;
	ret = write_map(pid, "uid_map");
	if (!ret)
		ret = write_map(pid, "gid_map");
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	if (!ret) {
		ret = open(path, O_RDONLY | O_CLOEXEC);
		ret = ret < 0 ? -errno : ret;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return ret;
}

/* On a copy of the mount that nobody else sees. Return: 0 or -errno. */
static int try_idmap(const char *path)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int tree, userns, ret = 0;

	tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return -errno;
	userns = open_userns();
	attr.userns_fd = userns;
	if (userns < 0)
		ret = userns;
	else if (mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		ret = -errno;
	if (userns >= 0)
		close(userns);
	close(tree);
	return ret;
}

void look_private(const struct host *h, struct finding *f)
{
	char path[256], type[64];
	int ret;

	(void)h;
	find_place(path, sizeof(path));
	mnt_fstype(path, type, sizeof(type));
	if (geteuid()) {
		finds(f, HEALTH_UNTOLD, "%s is on %s; only root can try", path, type);
		return;
	}
	ret = try_idmap(path);
	if (!ret)
		finds(f, HEALTH_GOOD, "%s is on %s, which can", path, type);
	else if (ret == -EINVAL)
		finds(f, HEALTH_BAD, "%s is on %s, which cannot be idmapped on this kernel",
		      path, type);
	else
		finds(f, HEALTH_UNTOLD, "%s is on %s; the trial failed: %s", path,
		      type, strerror(-ret));
}
