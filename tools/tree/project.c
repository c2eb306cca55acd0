// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the project of a tree: the number under which the file system counts it
 *
 * A tree may be deeper than there are descriptors, so directories that are still to be
 * read wait in a list, as handles, which lead to them wherever they are.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/open_beneath.h"
#include "tree/project.h"

/* Younger than the C library's headers. */
#define NR_FILE_GETATTR	468
#define NR_FILE_SETATTR	469

struct file_attributes {
	uint64_t xflags;
	uint32_t extsize, nextents, projid, cowextsize;
};

struct handle {
	struct file_handle head;
	unsigned char id[MAX_HANDLE_SZ];
};

struct walk {
	int top, mount;
	uint32_t id;
	uint64_t left;
	bool again;		/* what has the project needs no look */
	struct handle *v;	/* directories to be read */
	size_t n, room;
};

int project_of(int fd, uint32_t *id)
{
	struct fsxattr x;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &x))
		return -errno;
	*id = x.fsx_xflags & FS_XFLAG_PROJINHERIT ? x.fsx_projid : 0;
	return 0;
}

static int give(int fd, uint32_t id, bool directory)
{
	struct fsxattr x;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &x))
		return -errno;
	x.fsx_projid = id;
	if (directory && id)
		x.fsx_xflags |= FS_XFLAG_PROJINHERIT;
	return ioctl(fd, FS_IOC_FSSETXATTR, &x) ? -errno : 0;
}

int project_begin(int fd, uint32_t id)
{
	return give(fd, id, true);
}

/* A link or special file: opening it may have effects, so it is told by its name. */
static void give_name(struct walk *w, int dir, const char *name)
{
	struct file_attributes a = { 0 };

	if (syscall(NR_FILE_GETATTR, dir, name, &a, sizeof(a), AT_SYMLINK_NOFOLLOW))
		goto left;
	a.projid = w->id;
	if (!syscall(NR_FILE_SETATTR, dir, name, &a, sizeof(a), AT_SYMLINK_NOFOLLOW))
		return;
left:
	w->left++;
}

static int give_file(struct walk *w, int dir, const char *name)
{
	int fd = open_beneath(dir, name, O_RDONLY | O_NONBLOCK | O_NOATIME), ret;

	/* Others may be at work in it: what is gone, or another by now, is no fault. */
	if (fd < 0)
		return fd == -EXDEV || fd == -ENOENT || fd == -ELOOP ? 0 : fd;
	ret = give(fd, w->id, false);
	close(fd);
	return ret == -ENOTTY ? 0 : ret;
}

static bool has(const struct walk *w, int dir, const char *name)
{
	int fd = open_beneath(dir, name, O_RDONLY | O_DIRECTORY);
	uint32_t id = 0;
	bool has = fd >= 0 && !project_of(fd, &id) && id == w->id;

	if (fd >= 0)
		close(fd);
	return has;
}

static int remember(struct walk *w, int dir, const char *name)
{
	struct handle *h;
	int mount;

	if (w->n == w->room) {
		size_t room = w->room ? 2 * w->room : 64;

		h = realloc(w->v, room * sizeof(*h));
		if (!h)
			return -ENOMEM;
		w->v = h;
		w->room = room;
	}
	h = &w->v[w->n];
	h->head.handle_bytes = sizeof(h->id);
	if (name_to_handle_at(dir, name, &h->head, &mount, 0))
		return errno == ENOENT ? 0 : -errno;
	/* What is mounted there is not the tree's. */
	if (mount == w->mount)
		w->n++;
	return 0;
}

static int give_entry(struct walk *w, int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(st.st_mode))
		return w->again && has(w, dir, name) ? 0 : remember(w, dir, name);
	if (S_ISREG(st.st_mode))
		return give_file(w, dir, name);
	give_name(w, dir, name);
	return 0;
}

/* Consumes @dir. */
static int read_dir(struct walk *w, int dir)
{
	DIR *d = fdopendir(dir);
	struct dirent *e;
	int ret = 0;

	if (!d) {
		ret = -errno;
		close(dir);
		return ret;
	}
	while (!ret && (errno = 0, e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			ret = give_entry(w, dir, e->d_name);
	if (!ret && errno)
		ret = -errno;
	closedir(d);
	return ret;
}

/* First the directory, so that what is made in it meanwhile has the project too. */
static int next(struct walk *w)
{
	struct handle h = w->v[--w->n];
	int dir = open_by_handle_at(w->top, &h.head, O_RDONLY | O_DIRECTORY | O_NOATIME |
						     O_CLOEXEC);
	int ret;

	if (dir < 0)
		return errno == ESTALE ? 0 : -errno;
	ret = give(dir, w->id, true);
	if (!ret)
		return read_dir(w, dir);
	close(dir);
	return ret;
}

static int walk(struct walk *w)
{
	int dir = open_beneath(w->top, ".", O_RDONLY | O_DIRECTORY);
	int ret = dir < 0 ? dir : read_dir(w, dir);

	while (!ret && w->n)
		ret = next(w);
	return ret;
}

int project_tree(int fd, uint32_t id, uint64_t *left)
{
	struct walk w = { .top = fd, .id = id };
	struct handle h = { .head.handle_bytes = sizeof(h.id) };
	int ret;

	if (name_to_handle_at(fd, "", &h.head, &w.mount, AT_EMPTY_PATH))
		return -errno;
	ret = walk(&w);
	/* Last, as it says that all is done; then what came into it meanwhile. */
	if (!ret)
		ret = give(fd, id, true);
	*left = w.left;
	w.again = true;
	if (!ret)
		ret = walk(&w);
	free(w.v);
	return ret;
}
