// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a copy of a directory tree
 *
 * Everything is reached by descriptor and made afresh (O_EXCL), so that no link
 * in either tree is ever followed, even in a tree that changes meanwhile.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/open_beneath.h"
#include "archive/entry_rules.h"
#include "tree/jail.h"
#include "archive/treecopy.h"
#include "archive/treefile.h"

/* A file with several names, and the first of them in the copy. */
struct known {
	struct known *next;
	dev_t dev;
	ino_t ino;
	char path[];
};

struct copy {
	struct unpack *u;
	struct known *all;
	void *known;		/* the same as a tree */
	struct stat root;	/* the tree being filled */
	char path[PATH_MAX];	/* where the walk is */
};

static int failed(struct copy *c, int err, const char *what)
{
	return refuse(c->u->p, err, "\"%s\" cannot be %s: %s",
		      jail_name(c->path), what, strerror(err));
}

static int by_inode(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* Return: 1 if it is linked now, 0 if it is the first, -errno. */
static int link_known(struct copy *c, const struct stat *st, int to,
		      const char *name)
{
	struct known key = { .dev = st->st_dev, .ino = st->st_ino }, **at, *k;

	at = tfind(&key, &c->known, by_inode);
	if (at) {
		if (linkat(c->u->root, (*at)->path, to, name, 0))
			return failed(c, errno, "linked");
		return 1;
	}
	k = malloc(sizeof(*k) + strlen(c->path) + 1);
	if (!k)
		return refuse(c->u->p, ENOMEM, "no memory");
	*k = key;
	strcpy(k->path, c->path);
	k->next = c->all;
	c->all = k;
	if (!tsearch(k, &c->known, by_inode))
		return refuse(c->u->p, ENOMEM, "no memory");
	return 0;
}

static int copy_file(struct copy *c, int from, int to, const char *name,
		     struct stat *st)
{
	int in, out, ret;

	if (st->st_nlink > 1) {
		ret = link_known(c, st, to, name);
		if (ret)
			return ret < 0 ? ret : 0;
	}
	in = open_beneath(from, name, O_RDONLY | O_NONBLOCK);
	if (in < 0)
		return failed(c, -in, "read");
	/* What was looked at may have been replaced. */
	if (fstat(in, st) || !S_ISREG(st->st_mode)) {
		close(in);
		return failed(c, EBUSY, "read");
	}
	out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		     0600);
	if (out < 0) {
		ret = failed(c, errno, "made");
	} else {
		ret = treefile_data(c->u, c->path, in, out, st->st_size) ?:
		      treefile_attributes(c->u, c->path, in, out, st);
		if (close(out) && !ret)
			ret = failed(c, errno, "written");
	}
	close(in);
	return ret;
}

static int copy_symlink(struct copy *c, int from, int to, const char *name,
			const struct stat *st)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };
	char target[PATH_MAX];
	ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

	if (n < 0)
		return failed(c, errno, "read");
	target[n] = '\0';
	if (symlinkat(target, to, name) ||
	    fchownat(to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) ||
	    utimensat(to, name, times, AT_SYMLINK_NOFOLLOW))
		return failed(c, errno, "made");
	return 0;
}

static int copy_fifo(struct copy *c, int to, const char *name,
		     const struct stat *st)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };

	if (mkfifoat(to, name, 0600) ||
	    fchownat(to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) ||
	    fchmodat(to, name, st->st_mode & 07777, 0) ||
	    utimensat(to, name, times, AT_SYMLINK_NOFOLLOW))
		return failed(c, errno, "made");
	return 0;
}

static int copy_below(struct copy *c, int from, int to, unsigned int depth);

static int copy_dir(struct copy *c, int from, int to, const char *name,
		    struct stat *st, unsigned int depth)
{
	int in, out, ret = 0;

	if (depth >= TREE_MAX_DEPTH)
		return refuse(c->u->p, EINVAL, "\"%s\" is more than 256 directories deep",
			      jail_name(c->path));
	if (st->st_dev == c->root.st_dev && st->st_ino == c->root.st_ino)
		return refuse(c->u->p, EINVAL, "the directory to fill, \"%s\", is inside the template",
			      jail_name(c->path));
	if (mkdirat(to, name, 0700))
		return failed(c, errno, "made");
	out = open_beneath(to, name, O_RDONLY | O_DIRECTORY);
	if (out < 0)
		return failed(c, -out, "opened");
	in = open_beneath(from, name, O_RDONLY | O_DIRECTORY);
	if (in == -EXDEV)
		c->u->p->mounts++;
	else if (in < 0)
		ret = failed(c, -in, "read");
	else
		ret = copy_below(c, in, out, depth + 1);
	if (!ret)
		ret = treefile_attributes(c->u, c->path, in, out, st);
	if (in >= 0)
		close(in);
	close(out);
	return ret;
}

static int copy_one(struct copy *c, int from, int to, const char *name,
		    unsigned int depth)
{
	struct stat st;
	int ret;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		return failed(c, errno, "read");
	switch (st.st_mode & S_IFMT) {
	case S_IFCHR:
	case S_IFBLK:
		c->u->p->devices++;
		return 0;
	case S_IFSOCK:
		c->u->p->others++;
		return 0;
	}
	ret = entry_owner(c->u->p, c->path, st.st_uid, st.st_gid) ?:
	      unpack_entry(c->u, c->path);
	if (ret)
		return ret;
	c->u->p->at = c->u->p->bytes;
	switch (st.st_mode & S_IFMT) {
	case S_IFDIR:
		return copy_dir(c, from, to, name, &st, depth);
	case S_IFREG:
		return copy_file(c, from, to, name, &st);
	case S_IFLNK:
		return copy_symlink(c, from, to, name, &st);
	default:
		return copy_fifo(c, to, name, &st);
	}
}

static int copy_below(struct copy *c, int from, int to, unsigned int depth)
{
	size_t len = strlen(c->path);
	int copy = dup(from), ret = 0;
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!d) {
		ret = failed(c, errno, "read");
		if (copy >= 0)
			close(copy);
		return ret;
	}
	while (!ret && (errno = 0, e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (len + strlen(e->d_name) + 2 > sizeof(c->path)) {
			ret = refuse(c->u->p, ENAMETOOLONG, "the path of \"%s\" is longer than 4095 bytes",
				     jail_name(e->d_name));
			break;
		}
		sprintf(c->path + len, "%s%s", len ? "/" : "", e->d_name);
		ret = copy_one(c, from, to, e->d_name, depth);
		c->path[len] = '\0';
	}
	if (!ret && errno)
		ret = failed(c, errno, "read");
	closedir(d);
	return ret;
}

static void keep(void *node)
{
	(void)node;
}

static void forget(struct copy *c)
{
	struct known *next;

	tdestroy(c->known, keep);
	for (struct known *k = c->all; k; k = next) {
		next = k->next;
		free(k);
	}
	free(c);
}

int treecopy(struct unpack *u, int from)
{
	struct copy *c = calloc(1, sizeof(*c));
	struct stat st;
	int ret;

	if (!c)
		return refuse(u->p, ENOMEM, "no memory");
	c->u = u;
	if (fstat(u->root, &c->root) || fstat(from, &st))
		ret = failed(c, errno, "read");
	else if (st.st_dev == c->root.st_dev && st.st_ino == c->root.st_ino)
		ret = refuse(u->p, EINVAL, "the directory to fill is the template itself");
	else
		ret = entry_owner(u->p, ".", st.st_uid, st.st_gid) ?:
		      copy_below(c, from, u->root, 0) ?:
		      treefile_attributes(u, ".", from, u->root, &st);
	forget(c);
	return ret;
}
