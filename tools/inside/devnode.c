// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - device nodes that a running container gets from the host
 *
 * It can make none itself, and what it mounts has none that count. So they are made in a
 * file system of the host's, as its root's, and each is mounted on a file of its /dev.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inside/devnode.h"
#include "module/nl.h"
#include "module/running.h"

#define HIDDEN	"/run"		/* of a mount namespace that nobody else sees */

struct placing {
	int pidfd;
	uint32_t id_base;
	const struct devices *add, *gone;
	int fd[DEVICES_MAX];	/* of @add's nodes, mounted nowhere */
};

static mode_t kind(const struct device *d)
{
	return d->block ? S_IFBLK : S_IFCHR;
}

/* Return: 0 or -errno. */
static int make_nodes(struct placing *p)
{
	struct mount_attr private = { .propagation = MS_PRIVATE };
	int fs, mnt = -1, at, ret = 0;
	char name[16];

	if (unshare(CLONE_NEWNS) ||
	    mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &private, sizeof(private)))
		return -errno;
	fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
	if (fs >= 0 && !fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mnt = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	/* Only of what is mounted somewhere can copies be made. */
	at = open(HIDDEN, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (mnt < 0 || at < 0 ||
	    move_mount(mnt, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		return -errno;
	for (size_t i = 0; !ret && i < p->add->n; i++) {
		const struct device *d = &p->add->v[i];

		p->fd[i] = -1;
		if (!*d->name)
			continue;
		snprintf(name, sizeof(name), "%zu", i);
		if (mknodat(mnt, name, kind(d) | 0600, makedev(d->major, d->minor)) ||
		    fchownat(mnt, name, p->id_base, p->id_base, AT_SYMLINK_NOFOLLOW))
			return -errno;
		p->fd[i] = open_tree(mnt, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		if (p->fd[i] < 0)
			ret = -errno;
	}
	return ret;
}

/* In the directory @dev, whatever lies on the way. */
static int look(int dev, const char *name, int flags)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC | flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = syscall(SYS_openat2, dev, name, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static bool is_node(int fd, const struct device *d)
{
	struct stat st;

	return !fstat(fd, &st) && (st.st_mode & S_IFMT) == kind(d) &&
	       st.st_rdev == makedev(d->major, d->minor);
}

/* The directory that holds @name, a level being made if it is missing. */
static int open_parent(int dev, const char *name, const char **last)
{
	char path[128];
	int fd = fcntl(dev, F_DUPFD_CLOEXEC, 0), next;
	const char *slash;

	while (fd >= 0 && (slash = strchr(name, '/'))) {
		snprintf(path, sizeof(path), "%.*s", (int)(slash - name), name);
		if (mkdirat(fd, path, 0755) && errno != EEXIST)
			next = -errno;
		else
			next = look(fd, path, O_DIRECTORY);
		close(fd);
		fd = next;
		name = slash + 1;
	}
	*last = name;
	return fd;
}

static int put_node(int dev, const struct device *d, int node)
{
	const char *last;
	int dir = open_parent(dev, d->name, &last), at, ret = 0;

	if (dir < 0)
		return dir;
	at = look(dir, last, 0);
	if (at == -ENOENT) {
		at = openat(dir, last, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC,
			    0600);
		if (at >= 0)
			close(at);
		at = look(dir, last, 0);
	}
	if (at < 0)
		ret = at;
	else if (!is_node(at, d) && move_mount(node, "", at, "", MOVE_MOUNT_F_EMPTY_PATH |
					       MOVE_MOUNT_T_EMPTY_PATH))
		ret = -errno;
	if (at >= 0)
		close(at);
	close(dir);
	return ret;
}

/* What is there may be another's by now, and is left alone then. */
static void take_node(int dev, const struct device *d)
{
	const char *last;
	int dir = open_parent(dev, d->name, &last);
	int at = dir < 0 ? dir : look(dir, last, 0);

	if (at >= 0 && is_node(at, d) && !fchdir(dir) &&
	    !umount2(last, MNT_DETACH | UMOUNT_NOFOLLOW))
		unlinkat(dir, last, 0);
	if (at >= 0)
		close(at);
	if (dir >= 0)
		close(dir);
}

static int place(struct placing *p)
{
	int ret = make_nodes(p), dev = -1;

	if (ret)
		return ret;
	if (setns(p->pidfd, CLONE_NEWUSER | CLONE_NEWNS) || setresgid(0, 0, 0) ||
	    setresuid(0, 0, 0))
		return -errno;
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(0);
	dev = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	dev = dev < 0 ? -errno : look(dev, "dev", O_DIRECTORY);
	if (dev < 0)
		return dev;
	for (size_t i = 0; p->gone && i < p->gone->n; i++)
		if (*p->gone->v[i].name && !devices_node(p->add, &p->gone->v[i]))
			take_node(dev, &p->gone->v[i]);
	for (size_t i = 0; !ret && i < p->add->n; i++)
		if (p->fd[i] >= 0)
			ret = put_node(dev, &p->add->v[i], p->fd[i]);
	return ret;
}

int devnodes_place(uint32_t ctid, uint32_t id_base, const struct devices *add,
		   const struct devices *gone, struct report *report)
{
	struct placing p = { .id_base = id_base, .add = add, .gone = gone };
	int status = 0, ret;
	struct vz_ctx ctx;
	struct vznl *nl;
	char intent[48];
	pid_t pid;

	snprintf(intent, sizeof(intent), "give CT %u its device nodes", ctid);
	ret = vznl_open(&nl);
	if (ret)
		return report_fail(report, EXIT_FAILED, -ret, NULL, "%s", intent);
	ret = running_get(nl, ctid, intent, false, &ctx, &p.pidfd, report);
	vznl_close(nl);
	if (ret)
		return ret;
	vz_ctx_free(&ctx);
	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(-place(&p));
	ret = pid < 0 ? -errno : 0;
	while (!ret && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			ret = -errno;
	if (!ret)
		ret = WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
	close(p.pidfd);
	return ret ? report_fail(report, EXIT_FAILED, -ret, NULL, "%s", intent) : 0;
}
