// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - OS templates: a tree from an archive, a directory or an image
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/open_beneath.h"
#include "template/image.h"
#include "template/template.h"
#include "tree/area.h"
#include "tree/jail.h"
#include "archive/treecopy.h"
#include "archive/treepack.h"

struct source {
	int fd;
	struct stat st;
};

static int unpack_archive(struct unpack *u, int fd)
{
	struct stream *s = NULL;
	int ret = stream_fd(&s, fd);

	if (ret)
		ret = refuse(u->p, -ret, "it cannot be read: %s", strerror(-ret));
	else
		ret = untar(u, s, NULL, NULL);
	if (!ret)
		ret = untar_end(u, s, true);
	stream_close(s);
	return ret;
}

/* Return: 1, 0, or -errno with the sentence set. */
static int is_image(struct unpack *u, struct source *s)
{
	int fd;

	if (!S_ISDIR(s->st.st_mode))
		return imgfile_sniff(u, s->fd);
	fd = open_beneath(s->fd, "oci-layout", O_PATH);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int fill(struct unpack *u, struct source *s)
{
	bool dir = S_ISDIR(s->st.st_mode);
	int image = is_image(u, s);

	if (image < 0)
		return image;
	if (image) {
		struct image im = { .u = u, .dir = dir ? s->fd : -1,
				    .tar = dir ? -1 : s->fd };

		return image_unpack(&im);
	}
	if (dir)
		return treecopy(u, s->fd);
	u->source = s->fd;
	return unpack_archive(u, s->fd);
}

/* What a container's start mounts on; images often lack it. */
static int add_mount_points(struct unpack *u)
{
	static const char *const dirs[] = { "dev", "proc", "sys" };
	struct timespec times[2];
	struct stat st;

	if (fstat(u->root, &st))
		return -errno;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (mkdirat(u->root, dirs[i], 0755) && errno != EEXIST)
			return -errno;
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	return futimens(u->root, u->have_root_times ? u->root_times : times) ?
	       -errno : 0;
}

static int finish(struct unpack *u)
{
	int ret = add_mount_points(u);

	/* Success is told when the tree is on the disk. */
	if (!ret && syncfs(u->root))
		ret = -errno;
	return ret ? refuse(u->p, -ret, "it cannot be written: %s", strerror(-ret)) : 0;
}

static int unpack(struct tree_job *p, int fd, void *arg)
{
	struct source *s = arg;
	struct unpack u;
	int ret = unpack_begin(&u, p);

	if (ret)
		return ret;
	s->fd = fd;
	ret = fill(&u, s);
	if (!ret && !p->entries)
		ret = refuse(p, EBADMSG, "it holds nothing that could be unpacked");
	if (!ret)
		ret = finish(&u);
	close(u.root);
	return ret;
}

int template_unpack(const char *source, int dirfd, struct tree_job *p)
{
	const char *slash = strrchr(source, '/');
	struct place place = PLACE_NONE;
	struct source s;
	int ret;

	p->label = slash && slash[1] ? slash + 1 : source;
	ret = area_open_source(&place, source);
	s.fd = ret ? ret : place_read(&place, O_NONBLOCK | O_NOCTTY);
	if (ret) {
		ret = refuse(p, -ret, "%s", place.sentence);
	} else if (s.fd < 0 || fstat(s.fd, &s.st)) {
		ret = refuse(p, errno, "it cannot be opened");
	} else if (!S_ISDIR(s.st.st_mode) && !S_ISREG(s.st.st_mode)) {
		ret = refuse(p, EINVAL, "it is neither a file nor a directory");
	} else {
		p->total = S_ISDIR(s.st.st_mode) ? 0 : s.st.st_size;
		ret = jail_run(dirfd, s.fd, unpack, &s, p);
	}
	if (s.fd >= 0)
		close(s.fd);
	place_close(&place);
	return ret;
}

static int pack(struct tree_job *p, int fd, void *arg)
{
	(void)arg;
	return treepack(p, fd);
}

int template_pack(int dirfd, int fd, struct tree_job *p)
{
	p->label = "packing";
	return jail_run(dirfd, fd, pack, NULL, p);
}

static void part(char *buf, size_t size, uint64_t n, const char *what)
{
	size_t used = strlen(buf);

	if (n)
		snprintf(buf + used, size - used, "%s%" PRIu64 " %s%s",
			 used ? ", " : "; left out: ", n, what, n == 1 ? "" : "s");
}

void template_left_out(const struct tree_job *p, char *buf, size_t size)
{
	*buf = '\0';
	part(buf, size, p->devices, "device node");
	part(buf, size, p->others, "socket");
	part(buf, size, p->xattrs, "attribute");
	part(buf, size, p->mounts, "mount");
	if (p->devices)
		snprintf(buf + strlen(buf), size - strlen(buf),
			 " (a container's /dev is made at its start)");
}
