// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a tree into an archive
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tree/jail.h"
#include "archive/treepack.h"

struct packer {
	struct tree_job *p;
	struct archive *disk, *out;
	struct archive_entry_linkresolver *links;
};

static int failed(struct packer *k, struct archive *a, const char *path)
{
	const char *why = archive_error_string(a);
	int err = archive_errno(a) > 0 ? archive_errno(a) : EIO;

	return refuse(k->p, err, "\"%s\" cannot be packed: %s", jail_name(path),
		      jail_words(why ?: strerror(err)));
}

static int write_data(struct packer *k, const char *path)
{
	char buf[64 << 10];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = -1;

	if (fd < 0)
		return refuse(k->p, errno, "\"%s\" cannot be read: %s",
			      jail_name(path), strerror(errno));
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (archive_write_data(k->out, buf, n) < 0) {
			close(fd);
			return failed(k, k->out, path);
		}
		k->p->bytes += n;
		k->p->at = k->p->bytes;
	}
	close(fd);
	return n < 0 ? refuse(k->p, EIO, "\"%s\" cannot be read",
			      jail_name(path)) : 0;
}

static int write_one(struct packer *k, struct archive_entry *e)
{
	struct archive_entry *later = NULL;
	const char *path;

	archive_entry_linkify(k->links, &e, &later);
	if (!e)
		return 0;
	path = archive_entry_pathname(e);
	/* Holes are read as zeros: tar's ways to write them differ too much. */
	archive_entry_sparse_clear(e);
	if (archive_write_header(k->out, e) < ARCHIVE_WARN)
		return failed(k, k->out, path);
	k->p->entries++;
	if (archive_entry_filetype(e) == AE_IFREG && archive_entry_size(e) > 0)
		return write_data(k, path);
	return 0;
}

static int walk(struct packer *k)
{
	struct archive_entry *e = archive_entry_new();
	int r, ret = 0;

	if (!e)
		return refuse(k->p, ENOMEM, "no memory");
	while (!ret) {
		archive_entry_clear(e);
		r = archive_read_next_header2(k->disk, e);
		if (r == ARCHIVE_EOF)
			break;
		if (r < ARCHIVE_WARN) {
			ret = failed(k, k->disk, ".");
			break;
		}
		archive_read_disk_descend(k->disk);
		ret = write_one(k, e);
	}
	archive_entry_free(e);
	return ret;
}

static bool prepare(struct packer *k, int fd)
{
	if (!k->disk || !k->out || !k->links)
		return false;
	archive_read_disk_set_symlink_physical(k->disk);
	archive_read_disk_set_behavior(k->disk, ARCHIVE_READDISK_NO_FFLAGS |
						ARCHIVE_READDISK_NO_TRAVERSE_MOUNTS);
	archive_write_set_format_pax_restricted(k->out);
	archive_entry_linkresolver_set_strategy(k->links,
						archive_format(k->out));
	/* Without zstd in the library this would start a program. */
	if (archive_write_add_filter_zstd(k->out) != ARCHIVE_OK)
		return false;
	return archive_write_open_fd(k->out, fd) == ARCHIVE_OK &&
	       archive_read_disk_open(k->disk, ".") == ARCHIVE_OK;
}

int treepack(struct tree_job *p, int fd)
{
	struct packer k = {
		.p = p,
		.disk = archive_read_disk_new(),
		.out = archive_write_new(),
		.links = archive_entry_linkresolver_new(),
	};
	int ret;

	if (!prepare(&k, fd))
		ret = refuse(p, EIO, "no archive can be begun: %s",
			     k.out ? jail_words(archive_error_string(k.out)) : "no memory");
	else
		ret = walk(&k);
	if (!ret && archive_write_close(k.out) != ARCHIVE_OK)
		ret = failed(&k, k.out, ".");
	if (!ret && fsync(fd))
		ret = refuse(p, errno, "it cannot be written: %s", strerror(errno));
	if (k.links)
		archive_entry_linkresolver_free(k.links);
	if (k.disk)
		archive_read_free(k.disk);
	if (k.out)
		archive_write_free(k.out);
	return ret;
}
