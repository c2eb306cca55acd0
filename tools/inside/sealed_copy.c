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
#define EXE	"/proc/self/exe"
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

/* Whether the program lies where only a mount of one file has it, in no directory. */
static bool is_detached(void)
{
	char path[2];

	return readlink(EXE, path, sizeof(path)) == 1 && path[0] == '/';
}

/* Not a mount of the host's, which somebody may have executed this by. */
static bool is_apart(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct statvfs fs;

	return flags >= 0 && flags & O_PATH && is_detached() && !fstatvfs(fd, &fs) &&
	       (fs.f_flag & APART) == APART;
}

static bool is_sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && (seals & SEALS) == SEALS;
}

static int settle(int fd, char **argv)
{
	close(fd);
	/* Executed by descriptor, the task is named after its number. */
	prctl(PR_SET_NAME, "vzctx", 0, 0, 0);
	whole_from(argv[0]);
	argv[0] = last_name(argv[0]);
	return 0;
}

/* What was to be executed has been. From here on nobody executes it. */
static int settle_mount(int tree, char **argv)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOEXEC };

	if (mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		return -errno;
	return settle(tree, argv);
}

/* Return: -errno; does not return otherwise. */
static int run_mount(char **argv)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
		.propagation = MS_PRIVATE,
	};
	int tree = open_tree(AT_FDCWD, EXE, OPEN_TREE_CLONE), ret;

	if (tree < 0)
		return -errno;
	if (!mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		fexecve(tree, argv, environ);
	ret = -errno;
	close(tree);
	return ret;
}

/* Return: -errno; does not return otherwise. */
static int run_memory(char **argv)
{
	int file = open(EXE, O_RDONLY | O_CLOEXEC), mem, ret;
	struct stat st;
	void *program;

	if (file < 0)
		return -errno;
	program = fstat(file, &st) ? MAP_FAILED :
				     mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	ret = -errno;
	close(file);
	if (program == MAP_FAILED)
		return ret;
	mem = seal_program("vzctx", program, st.st_size);
	munmap(program, st.st_size);
	if (mem < 0)
		return mem;
	/* It looks at the descriptor to see that it is the copy. */
	if (!fcntl(mem, F_SETFD, 0))
		fexecve(mem, argv, environ);
	ret = -errno;
	close(mem);
	return ret;
}

int seal_self(char **argv)
{
	int fd = executed_by(), ret;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	if (fd >= 0 && is_sealed(fd))
		return settle(fd, argv);
	if (fd >= 0 && is_apart(fd))
		return settle_mount(fd, argv);
	ret = name_origin(argv);
	if (ret)
		return ret;
	run_mount(argv);
	/* A mount cannot be had of an unbindable one, nor in another's namespace. */
	return run_memory(argv);
}

const char *seal_hint(int err)
{
	if (err == ENOENT && access(EXE, F_OK))
		return "/proc is not mounted; mount it";
	if (err == EACCES)
		return "its file system cannot be mounted anew, and vm.memfd_noexec or a security module keeps memory files from running";
	return NULL;
}
