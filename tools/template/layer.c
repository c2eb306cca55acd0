// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - layers of container images, one over the other
 *
 * In a layer the empty file .wh.NAME says that NAME is gone and .wh..wh..opq that
 * everything in its directory is; other names that begin with .wh..wh. are a
 * storage driver's own.
 */
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/open_beneath.h"
#include "template/layer.h"
#include "tree/jail.h"
#include "tree/rmtree.h"

#define WHITEOUT	".wh."
#define OPAQUE		".wh..wh..opq"
#define DRIVER		".wh..wh."

/* Splits @path; @dir is "." at the top. */
static const char *split(const char *path, char *dir)
{
	const char *slash = strrchr(path, '/');

	if (!slash) {
		strcpy(dir, ".");
		return path;
	}
	memcpy(dir, path, slash - path);
	dir[slash - path] = '\0';
	return slash + 1;
}

/*
 * The directory @path is in.
 * Return: a descriptor, -ENOENT if there is none, or -errno with the sentence set.
 */
static int open_dir(struct unpack *u, const char *dir, const char *path)
{
	int fd = open_beneath(u->root, dir, O_RDONLY | O_DIRECTORY);

	if (fd >= 0 || fd == -ENOENT)
		return fd;
	if (fd == -ENOTDIR) {
		/* The last part may be a link, which the flags call so. */
		int probe = open_beneath(u->root, dir, O_PATH);
		struct stat st;
		bool link = probe >= 0 && !fstat(probe, &st) && S_ISLNK(st.st_mode);

		if (probe >= 0)
			close(probe);
		if (!link)
			return -ENOENT;
		fd = -ELOOP;
	}
	if (fd == -ELOOP)
		return refuse(u->p, ELOOP, "\"%s\" leads through a symbolic link, and nothing is changed through links",
			      jail_name(path));
	return refuse(u->p, -fd, "\"%s\": %s", jail_name(path), strerror(-fd));
}

static int take_away(struct unpack *u, int dir, const char *name,
		     const char *path)
{
	int ret = name ? tree_remove(dir, name) : tree_empty(dir);

	return ret ? refuse(u->p, -ret, "\"%s\" cannot be removed: %s",
			    jail_name(path), strerror(-ret)) : 0;
}

static int hide(struct unpack *u, struct archive *in, struct archive_entry *e,
		const char *path, void *arg)
{
	char dir[PATH_MAX];
	const char *name = split(path, dir), *hidden = name + strlen(WHITEOUT);
	int fd, ret;

	(void)in;
	(void)e;
	(void)arg;
	if (strncmp(name, WHITEOUT, strlen(WHITEOUT)))
		return 0;
	if (!strcmp(name, OPAQUE))
		hidden = NULL;
	else if (!strncmp(name, DRIVER, strlen(DRIVER)))
		return 0;
	else if (!*hidden || !strcmp(hidden, ".") || !strcmp(hidden, ".."))
		return refuse(u->p, EINVAL, "the whiteout \"%s\" names nothing that could be hidden",
			      jail_name(path));
	fd = open_dir(u, dir, path);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	ret = take_away(u, fd, hidden, path);
	close(fd);
	return ret;
}

/* libarchive replaces all but a directory that is not empty. */
static int make_way(struct unpack *u, struct archive *in,
		    struct archive_entry *e, const char *path, void *arg)
{
	char dir[PATH_MAX];
	const char *name = split(path, dir);
	struct stat st;
	int fd, ret = 0;

	(void)in;
	(void)arg;
	if (!strncmp(name, WHITEOUT, strlen(WHITEOUT)))
		return 1;
	if (!strcmp(path, ".") || (archive_entry_filetype(e) == AE_IFDIR &&
				   !archive_entry_hardlink(e)))
		return 0;
	fd = open_dir(u, dir, path);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	if (!fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISDIR(st.st_mode))
		ret = take_away(u, fd, name, path);
	close(fd);
	return ret;
}

static int compare(struct unpack *u, struct stream *s, const char *blob,
		   const char *diff)
{
	char below[DIGEST_HEX], given[DIGEST_HEX];
	bool whole;

	stream_digests(s, below, given);
	whole = blob && strcmp(below, blob);
	if (!whole && !strcmp(given, diff))
		return 0;
	return refuse(u->p, EBADMSG, "a layer is damaged: its %sdigest is sha256:%s, the image says sha256:%s",
		      whole ? "" : "unpacked ", whole ? below : given,
		      whole ? blob : diff);
}

static int read_once(struct unpack *u, layer_open open, void *arg,
		     const char *blob, const char *diff, bool write)
{
	struct stream *s = NULL;
	int ret = open(&s, arg);

	if (!ret)
		ret = write ? untar(u, s, make_way, NULL) :
			      untar_scan(u, s, hide, NULL);
	if (!ret)
		ret = untar_end(u, s, false);
	/* Both times: the file may have changed in between. */
	if (!ret)
		ret = compare(u, s, blob, diff);
	stream_close(s);
	return ret;
}

int layer_apply(struct unpack *u, layer_open open, void *arg, const char *blob,
		const char *diff)
{
	return read_once(u, open, arg, blob, diff, false) ?:
	       read_once(u, open, arg, blob, diff, true);
}
