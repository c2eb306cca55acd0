// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the files a container image consists of
 *
 * An archive is read anew for each file: whoever saved it may have put them in any
 * order, and nothing needs room on a disk this way.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/open_beneath.h"
#include "template/imgfile.h"
#include "archive/entry_rules.h"
#include "tree/jail.h"

#define TEXT_MAX	(4U << 20)
#define HOPS		4

/* A file of the image that is being read. */
struct member {
	struct image *im;
	int fd;			/* in a directory */
	struct stream *outer;	/* in an archive */
	struct archive *in;
	char buf[64 << 10];
};

static void member_free(void *arg)
{
	struct member *m = arg;

	if (m->fd >= 0)
		close(m->fd);
	if (m->in)
		archive_read_free(m->in);
	stream_close(m->outer);
	free(m);
}

static ssize_t member_pull(void *arg, const void **buf)
{
	struct member *m = arg;
	struct unpack *u = m->im->u;
	ssize_t n;

	*buf = m->buf;
	if (m->fd >= 0) {
		n = read(m->fd, m->buf, sizeof(m->buf));
		u->p->at = lseek(m->fd, 0, SEEK_CUR);
		return n < 0 ? -errno : n;
	}
	/* Fills holes with zeros, as the blocks do not. */
	n = archive_read_data(m->in, m->buf, sizeof(m->buf));
	u->p->at = lseek(m->im->tar, 0, SEEK_CUR);
	return n < 0 ? untar_broken(u, m->in, m->outer) : n;
}

/* Where a link in an archive leads; @name is its place. Return: false: out of it. */
static bool resolve(const char *name, const char *to, bool hard, char *target)
{
	char joined[2 * PATH_MAX], *at;
	const char *slash = strrchr(name, '/');
	size_t up = 0;

	if (hard)
		return !entry_clean(to, target);
	joined[0] = '\0';
	if (*to != '/' && slash)
		snprintf(joined, sizeof(joined), "%.*s", (int)(slash - name), name);
	for (; !strncmp(to, "../", 3); to += 3)
		up++;
	for (; up; up--) {
		if (!*joined)
			return false;
		at = strrchr(joined, '/');
		*(at ?: joined) = '\0';
	}
	up = strlen(joined);
	snprintf(joined + up, sizeof(joined) - up, "/%s", to);
	return !entry_clean(joined, target);
}

/* Return: 1 with the reader at the file @want, 2 with @want changed: a link. */
static int look_for(struct member *m, char *want)
{
	struct unpack *u = m->im->u;
	struct archive_entry *e;
	char path[PATH_MAX];
	int ret;

	while ((ret = archive_read_next_header(m->in, &e)) >= ARCHIVE_WARN) {
		const char *name = archive_entry_pathname(e), *to;
		bool hard;

		if (ret == ARCHIVE_EOF)
			return 0;
		if (ret == ARCHIVE_RETRY)
			break;
		if (!name || entry_clean(name, path) || strcmp(path, want))
			continue;
		to = archive_entry_hardlink(e);
		hard = to;
		if (!hard && archive_entry_filetype(e) == AE_IFLNK)
			to = archive_entry_symlink(e);
		if (!to && archive_entry_filetype(e) == AE_IFREG)
			return 1;
		if (to && resolve(want, to, hard, path)) {
			strcpy(want, path);
			return 2;
		}
		return refuse(u->p, EINVAL, "\"%s\" in the image is neither a file nor a link to one in it",
			      jail_name(want));
	}
	return untar_broken(u, m->in, m->outer);
}

static int open_in_tar(struct member *m, const char *name)
{
	char want[PATH_MAX];
	int ret = 2;

	if (entry_clean(name, want))
		return 0;
	for (int hop = 0; ret == 2 && hop < HOPS; hop++) {
		if (m->in)
			archive_read_free(m->in);
		m->in = NULL;
		stream_close(m->outer);
		ret = stream_fd(&m->outer, m->im->tar);
		if (ret)
			return refuse(m->im->u->p, -ret, "it cannot be read: %s",
				      strerror(-ret));
		ret = untar_open(m->im->u, m->outer, &m->in) ?: look_for(m, want);
	}
	return ret == 2 ? 0 : ret;
}

static int open_in_dir(struct member *m, const char *name)
{
	struct stat st;

	m->fd = open_beneath(m->im->dir, name, O_RDONLY | O_NONBLOCK);
	if (m->fd == -ENOENT || m->fd == -ENOTDIR)
		return 0;
	if (m->fd < 0 || fstat(m->fd, &st))
		return refuse(m->im->u->p, m->fd < 0 ? -m->fd : errno,
			      "\"%s\" of the image cannot be opened: %s",
			      jail_name(name), strerror(m->fd < 0 ? -m->fd : errno));
	if (!S_ISREG(st.st_mode))
		return refuse(m->im->u->p, EINVAL, "\"%s\" of the image is no file",
			      jail_name(name));
	return 1;
}

/* Return: 1, 0 if there is none, or -errno with the sentence set. */
static int member_open(struct image *im, const char *name, struct member **mp)
{
	struct member *m = calloc(1, sizeof(*m));
	int ret;

	*mp = NULL;
	if (!m)
		return refuse(im->u->p, ENOMEM, "no memory");
	m->im = im;
	m->fd = -1;
	ret = im->dir >= 0 ? open_in_dir(m, name) : open_in_tar(m, name);
	if (ret == 1)
		*mp = m;
	else
		member_free(m);
	return ret;
}

static int missing(struct image *im, const char *name)
{
	return refuse(im->u->p, ENOENT, "the image lacks \"%s\"; save it again, as a whole",
		      jail_name(name));
}

int imgfile_open(struct image *im, const char *name, struct stream **s)
{
	struct member *m;
	int ret = member_open(im, name, &m);

	*s = NULL;
	if (ret < 0)
		return ret;
	if (!ret)
		return missing(im, name);
	ret = stream_over(s, member_pull, member_free, m);
	return ret ? refuse(im->u->p, -ret, "no memory") : 0;
}

int imgfile_has(struct image *im, const char *name)
{
	struct member *m;
	int ret = member_open(im, name, &m);

	if (m)
		member_free(m);
	return ret;
}

int imgfile_text(struct image *im, const char *name, char **text, size_t *size,
		 char digest[DIGEST_HEX])
{
	struct member *m;
	const void *buf;
	ssize_t n;
	int ret;

	*text = NULL;
	*size = 0;
	ret = member_open(im, name, &m);
	if (ret < 0)
		return ret;
	if (!m)
		return missing(im, name);
	ret = 0;
	while ((n = member_pull(m, &buf)) > 0) {
		char *more = *size + n > TEXT_MAX ? NULL : realloc(*text, *size + n + 1);

		if (!more) {
			ret = refuse(im->u->p, EFBIG, "\"%s\" of the image is longer than 4 MiB",
				     jail_name(name));
			break;
		}
		*text = more;
		memcpy(*text + *size, buf, n);
		*size += n;
		(*text)[*size] = '\0';
	}
	if (!ret && n < 0)
		ret = n;
	if (!ret && !*size)
		ret = refuse(im->u->p, EBADMSG, "\"%s\" of the image is empty",
			     jail_name(name));
	member_free(m);
	if (ret) {
		free(*text);
		*text = NULL;
		return ret;
	}
	digest_of(*text, *size, digest);
	return 0;
}

/* Names at the top of what docker and podman save. */
static bool usual(const char *path)
{
	size_t len = strcspn(path, "/"), digits;

	for (digits = 0; digits < len && strchr("0123456789abcdef", path[digits]); digits++)
		;
	if (digits == DIGEST_HEX - 1)
		return digits == len || !strncmp(path + digits, ".json", 5) ||
		       !strncmp(path + digits, ".tar", 4);
	return (len == 1 && *path == '.') || (len == 5 && !memcmp(path, "blobs", 5)) ||
	       !strcmp(path, "repositories") || !strcmp(path, "index.json");
}

static int sniff(struct unpack *u, struct archive *in, struct archive_entry *e,
		 const char *path, void *arg)
{
	bool *image = arg;

	(void)u;
	(void)in;
	if (!strcmp(path, "oci-layout") || !strcmp(path, "manifest.json")) {
		*image = archive_entry_filetype(e) == AE_IFREG;
		return UNTAR_END;
	}
	return usual(path) ? 1 : UNTAR_END;
}

int imgfile_sniff(struct unpack *u, int tar)
{
	struct stream *s = NULL;
	bool image = false;
	int ret = stream_fd(&s, tar);

	if (ret)
		ret = refuse(u->p, -ret, "it cannot be read: %s", strerror(-ret));
	else
		ret = untar_scan(u, s, sniff, &image);
	stream_close(s);
	return ret ?: image;
}
