// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the root of a context, seen from its first task
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "inside/channel.h"
#include "inside/rootfs.h"

#define QUIET	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* The group "tty" of every distribution. */
#define TTY_GID	"5"

/* Opens @path below the directory @root, whatever links lie on the way. */
static int target(int root, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return syscall(SYS_openat2, root, path, &how, sizeof(how));
}

static int must_target(int chan, int root, const char *path)
{
	int fd = target(root, path);

	if (fd < 0)
		chan_die(chan, errno, "open mount point", path);
	return fd;
}

/* A directory directly below @root, made if missing. */
static int top_dir(int chan, int root, const char *name)
{
	if (mkdirat(root, name, 0755) && errno != EEXIST)
		chan_die(chan, errno, "make directory", name);
	return must_target(chan, root, name);
}

/* Consumes @at; @mnt stays open and can be used as the directory mounted. */
static void attach(int chan, int mnt, int at, const char *name)
{
	if (move_mount(mnt, "", at, "", MOVE_MOUNT_F_EMPTY_PATH |
					MOVE_MOUNT_T_EMPTY_PATH))
		chan_die(chan, errno, "mount", name);
	close(at);
}

/* @opts: key, value, key, value, NULL. */
static int make_fs(int chan, const char *type, const char *const *opts,
		   unsigned int attr)
{
	int fs = fsopen(type, FSOPEN_CLOEXEC), mnt = -1;

	if (fs < 0)
		chan_die(chan, errno, "make file system", type);
	fsconfig(fs, FSCONFIG_SET_STRING, "source", type, 0);
	for (; opts && *opts; opts += 2)
		if (fsconfig(fs, FSCONFIG_SET_STRING, opts[0], opts[1], 0))
			chan_die(chan, errno, "set mount option", opts[0]);
	if (!fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mnt = fsmount(fs, FSMOUNT_CLOEXEC, attr);
	if (mnt < 0)
		chan_die(chan, errno, "make file system", type);
	close(fs);
	return mnt;
}

/* A detached copy of the mount at @fd/@path; -1 when there is none. */
static int clone_of(int fd, const char *path)
{
	return open_tree(fd, path, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW |
				   OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

/* A copy of the host's device node, proved to be that device. */
static int clone_node(int chan, const char *path, dev_t dev)
{
	int fd = clone_of(AT_FDCWD, path);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		chan_die(chan, errno, "take device", path);
	if (!S_ISCHR(st.st_mode) || st.st_rdev != dev)
		chan_die(chan, ENODEV, "take device", path);
	return fd;
}

static int new_file(int chan, int dir, const char *name)
{
	int fd = openat(dir, name, O_CREAT | O_EXCL | O_RDONLY | O_NOFOLLOW |
				   O_CLOEXEC, 0644);

	if (fd < 0)
		chan_die(chan, errno, "make", name);
	close(fd);
	return must_target(chan, dir, name);
}

static int mount_devpts(int chan, int dev, bool console)
{
	static const char *const opts[] = {
		"ptmxmode", "0666", "mode", "0620", "gid", TTY_GID, NULL,
	};
	int pts, ptmx, node;
	unsigned int n;
	char name[16];

	if (mkdirat(dev, "pts", 0755))
		chan_die(chan, errno, "make", "/dev/pts");
	pts = make_fs(chan, "devpts", opts,
		      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	attach(chan, pts, must_target(chan, dev, "pts"), "/dev/pts");
	if (!console) {
		close(pts);
		return -1;
	}

	ptmx = openat(pts, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
	if (ptmx < 0 || ioctl(ptmx, TIOCGPTN, &n))
		chan_die(chan, errno, "make console", "/dev/pts/ptmx");
	snprintf(name, sizeof(name), "%u", n);
	node = clone_of(pts, name);
	if (node < 0)
		chan_die(chan, errno, "make console", "/dev/console");
	attach(chan, node, new_file(chan, dev, "console"), "/dev/console");
	close(node);
	close(pts);
	return ptmx;
}

static int mount_dev(int chan, int root, bool console)
{
	static const struct { const char *path; int major, minor; } nodes[] = {
		{ "/dev/null", 1, 3 }, { "/dev/zero", 1, 5 },
		{ "/dev/full", 1, 7 }, { "/dev/random", 1, 8 },
		{ "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
	};
	static const struct { const char *to, *name; } links[] = {
		{ "pts/ptmx", "ptmx" }, { "/proc/self/fd", "fd" },
		{ "/proc/self/fd/0", "stdin" }, { "/proc/self/fd/1", "stdout" },
		{ "/proc/self/fd/2", "stderr" },
	};
	static const char *const dev_opts[] = {
		"mode", "0755", "size", "1m", NULL,
	};
	static const char *const shm_opts[] = { "mode", "1777", NULL };
	int at = top_dir(chan, root, "dev"), ptmx, shm;
	int dev = make_fs(chan, "tmpfs", dev_opts, QUIET);

	attach(chan, dev, at, "/dev");
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		const char *path = nodes[i].path;
		int fd = clone_node(chan, path,
				    makedev(nodes[i].major, nodes[i].minor));

		attach(chan, fd, new_file(chan, dev, path + strlen("/dev/")),
		       path);
		close(fd);
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlinkat(links[i].to, dev, links[i].name))
			chan_die(chan, errno, "make link", links[i].name);

	if (mkdirat(dev, "shm", 0755))
		chan_die(chan, errno, "make", "/dev/shm");
	shm = make_fs(chan, "tmpfs", shm_opts,
		      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	attach(chan, shm, must_target(chan, dev, "shm"), "/dev/shm");
	close(shm);

	ptmx = mount_devpts(chan, dev, console);
	close(dev);
	return ptmx;
}

/*
 * What the running kernel lacks needs no mask. A file system of no size is none that
 * df(1) shows, and one inode is its root.
 */
static void mask(int chan, int dir, const char *name)
{
	static const char *const opts[] = {
		"mode", "0555", "size", "0", "nr_inodes", "1", NULL,
	};
	int at = target(dir, name), mnt;
	struct stat st;

	if (at < 0)
		return;
	if (fstat(at, &st))
		chan_die(chan, errno, "mask", name);
	mnt = S_ISDIR(st.st_mode) ?
	      make_fs(chan, "tmpfs", opts, QUIET | MOUNT_ATTR_RDONLY) :
	      clone_node(chan, "/dev/null", makedev(1, 3));
	attach(chan, mnt, at, name);
	close(mnt);
}

/* Return: a descriptor of the read-only mount, or -1 when there is no @name. */
static int read_only(int chan, int dir, const char *name)
{
	struct mount_attr attr = { .attr_set = QUIET | MOUNT_ATTR_RDONLY };
	int at = target(dir, name), mnt;

	if (at < 0)
		return -1;
	mnt = clone_of(at, "");
	if (mnt < 0 ||
	    mount_setattr(mnt, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		chan_die(chan, errno, "make read-only", name);
	attach(chan, mnt, at, name);
	return mnt;
}

/*
 * Read-only but for what belongs to the context's own namespaces. Whether it may
 * write there is the kernel's say: some keep the figures of System V and POSIX
 * queues for the host's root, whatever namespace they are in.
 */
static void mount_sysctl(int chan, int proc)
{
	static const char *const own[] = {
		"net", "user", "fs/mqueue",
		"kernel/shmmax", "kernel/shmall", "kernel/shmmni",
		"kernel/shm_rmid_forced", "kernel/msgmax", "kernel/msgmnb",
		"kernel/msgmni", "kernel/sem",
	};
	int all = target(proc, "sys"), sys, fd;

	if (all < 0)
		return;
	sys = read_only(chan, proc, "sys");
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		struct stat st;

		if (fstatat(all, own[i], &st, 0) ||
		    (!S_ISDIR(st.st_mode) &&
		     faccessat(all, own[i], W_OK, AT_EACCESS)))
			continue;
		fd = clone_of(all, own[i]);
		if (fd < 0)
			chan_die(chan, errno, "take", own[i]);
		attach(chan, fd, must_target(chan, sys, own[i]), own[i]);
		close(fd);
	}
	close(sys);
	close(all);
}

static void mount_proc(int chan, int root)
{
	static const char *const hide[] = {
		"acpi", "asound", "kcore", "keys", "latency_stats", "scsi",
		"sched_debug", "sysrq-trigger", "timer_list", "timer_stats",
	};
	static const char *const ro[] = { "bus", "fs", "irq" };
	int at = top_dir(chan, root, "proc"), fd;
	int proc = make_fs(chan, "proc", NULL, QUIET);

	attach(chan, proc, at, "/proc");
	for (size_t i = 0; i < sizeof(hide) / sizeof(hide[0]); i++)
		mask(chan, proc, hide[i]);
	for (size_t i = 0; i < sizeof(ro) / sizeof(ro[0]); i++) {
		fd = read_only(chan, proc, ro[i]);
		if (fd >= 0)
			close(fd);
	}

	mount_sysctl(chan, proc);
	close(proc);
}

static void mount_sys(int chan, int root)
{
	int at = top_dir(chan, root, "sys"), cg, fs;
	int sys = make_fs(chan, "sysfs", NULL, QUIET | MOUNT_ATTR_RDONLY);

	attach(chan, sys, at, "/sys");
	mask(chan, sys, "firmware");
	cg = target(sys, "fs/cgroup");
	if (cg >= 0) {
		fs = make_fs(chan, "cgroup2", NULL, QUIET);
		attach(chan, fs, cg, "/sys/fs/cgroup");
		close(fs);
	}
	close(sys);
}

/*
 * The kernel lets a user namespace mount procfs and sysfs only where one of the
 * kind is in sight that nothing covers, and ours are covered by masks. These two
 * are in sight, in a directory that only root of the context can enter, and for
 * root the masks are a second fence only.
 */
static void mount_uncovered(int chan, int dev)
{
	static const struct { const char *type; unsigned int attr; } kinds[] = {
		{ "proc", QUIET }, { "sysfs", QUIET | MOUNT_ATTR_RDONLY },
	};
	int dir, fs;

	if (mkdirat(dev, ".nesting", 0700))
		chan_die(chan, errno, "make", "/dev/.nesting");
	dir = must_target(chan, dev, ".nesting");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (mkdirat(dir, kinds[i].type, 0755))
			chan_die(chan, errno, "make", "/dev/.nesting");
		fs = make_fs(chan, kinds[i].type, NULL, kinds[i].attr);
		attach(chan, fs, must_target(chan, dir, kinds[i].type),
		       "/dev/.nesting");
		close(fs);
	}
	close(dir);
}

int rootfs_enter(int chan, bool console, bool run, bool nesting)
{
	static const char *const run_opts[] = { "mode", "0755", NULL };
	struct mount_attr priv = { .propagation = MS_PRIVATE };
	int root, ptmx, fd;

	if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &priv, sizeof(priv)))
		chan_die(chan, errno, "make mounts private", "/");

	/*
	 * The mount inherited here is locked in place and cannot be pivoted
	 * to; a copy of it can, and keeps the locks on its attributes. What the
	 * host has mounted below comes along, or the copy would be refused.
	 */
	root = open_tree(AT_FDCWD, "", AT_EMPTY_PATH | AT_RECURSIVE |
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || fd < 0)
		chan_die(chan, errno, "take", "the private area");
	attach(chan, root, fd, "the private area");
	if (fchdir(root))
		chan_die(chan, errno, "enter", "the private area");

	/* procfs and sysfs are granted only while the host's are in sight. */
	mount_proc(chan, root);
	mount_sys(chan, root);
	ptmx = mount_dev(chan, root, console);
	if (nesting) {
		int dev = must_target(chan, root, "dev");

		mount_uncovered(chan, dev);
		close(dev);
	}
	if (run) {
		int at = top_dir(chan, root, "run");

		fd = make_fs(chan, "tmpfs", run_opts,
			     MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
		attach(chan, fd, at, "/run");
		close(fd);
	}

	/* Stacked on one point, the old root lies on top and is cut off. */
	if (syscall(SYS_pivot_root, ".", "."))
		chan_die(chan, errno, "change the root",
			 errno == EINVAL ? "(does the host run from an initramfs?)"
					 : "");
	if (umount2(".", MNT_DETACH))
		chan_die(chan, errno, "detach", "the host's root");
	if (chdir("/"))
		chan_die(chan, errno, "enter", "/");
	close(root);
	return ptmx;
}
