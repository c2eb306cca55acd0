// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - running from where nobody can write
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "inside/sealed_copy.h"
#include "program/whole.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

#define BY_FD	"/dev/fd/"	/* what the kernel calls a program executed by descriptor */
#define APART	(ST_RDONLY | ST_NOSUID | ST_NODEV)
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int make_memory(const char *name)
{
	/* Before 6.3 there is no MFD_EXEC, and every memory file may run. */
	int mem = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (mem < 0 && errno == EINVAL)
		mem = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return mem < 0 ? -errno : mem;
}

int seal_program(const char *name, const void *program, size_t size)
{
	int mem = make_memory(name), ret = 0;

	if (mem < 0)
		return mem;
	if (write(mem, program, size) != (ssize_t)size)
		ret = errno ? -errno : -EIO;
	if (!ret && (fchmod(mem, 0555) || fcntl(mem, F_ADD_SEALS, SEALS)))
		ret = -errno;
	if (!ret)
		return mem;
	close(mem);
	return ret;
}

static char *last_name(char *path)
{
	char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The copy cannot see where it comes from, hence its first argument says so. */
static int name_origin(char **argv)
{
	static char path[PATH_MAX];
	size_t dir;
	int ret = whole_path(path, sizeof(path));

	if (ret)
		return ret;
	dir = last_name(path) - path;
	if (snprintf(path + dir, sizeof(path) - dir, "%s", last_name(argv[0])) >=
	    (int)(sizeof(path) - dir))
		return -ENAMETOOLONG;
	argv[0] = path;
	return 0;
}

/* The descriptor that this program was executed by, or -1 if it was by a path. */
static int executed_by(void)
{
	const char *name = (const char *)getauxval(AT_EXECFN);
	char *end;
	long fd;

	if (!name || strncmp(name, BY_FD, strlen(BY_FD)))
		return -1;
	fd = strtol(name + strlen(BY_FD), &end, 10);
	return *end || fd <= STDERR_FILENO || fd > INT_MAX ? -1 : (int)fd;
}

static bool is_apart(int fd)
{
	struct statvfs fs;

	return !fstatvfs(fd, &fs) && (fs.f_flag & APART) == APART;
}

/* What was to be executed has been. From here on nobody executes it. */
static int settle(int tree, char **argv)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOEXEC };

	if (mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		return -errno;
	close(tree);
	/* Executed by descriptor, the task is named after its number. */
	prctl(PR_SET_NAME, "vzctx", 0, 0, 0);
	whole_from(argv[0]);
	argv[0] = last_name(argv[0]);
	return 0;
}

int seal_self(char **argv)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
		.propagation = MS_PRIVATE,
	};
	int tree = executed_by(), ret;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	if (tree >= 0 && is_apart(tree))
		return settle(tree, argv);
	ret = name_origin(argv);
	if (ret)
		return ret;
	tree = open_tree(AT_FDCWD, "/proc/self/exe", OPEN_TREE_CLONE);
	if (tree < 0)
		return -errno;
	if (!mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		fexecve(tree, argv, environ);
	ret = -errno;
	close(tree);
	return ret;
}
