// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - an archive's entries onto the disk
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/parse.h"
#include "archive/entry_rules.h"
#include "tree/jail.h"
#include "archive/untar.h"

#define DISK_FLAGS (ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM |	\
		    ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_ACL |	\
		    ARCHIVE_EXTRACT_XATTR |				\
		    ARCHIVE_EXTRACT_SECURE_NODOTDOT |			\
		    ARCHIVE_EXTRACT_SECURE_SYMLINKS |			\
		    ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS)

int unpack_begin(struct unpack *u, struct tree_job *p)
{
	struct statvfs fs;
	uint64_t room;

	*u = (struct unpack){ .p = p, .source = -1 };
	u->root = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (u->root < 0 || fstatvfs(u->root, &fs))
		return refuse(p, errno, "the directory to fill cannot be opened");
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	room -= room / 20;
	u->chosen = p->max_bytes && p->max_bytes < room;
	u->max_bytes = u->chosen ? p->max_bytes : room;
	u->max_entries = p->max_entries ?: TREE_MAX_ENTRIES;
	return 0;
}

int unpack_charge(struct unpack *u, const char *path, uint64_t n)
{
	char most[24];

	if (n <= u->max_bytes && u->p->bytes <= u->max_bytes - n) {
		u->p->bytes += n;
		return 0;
	}
	format_scaled(u->max_bytes, VZCTX_UNIT_BYTES, most, sizeof(most));
	return refuse(u->p, EFBIG, "with \"%s\" it takes more than %s, %s", jail_name(path),
		      most, u->chosen ? "the limit set for it (--max-size)" :
		      "which is what is free there less 5 per cent; make room");
}

int unpack_entry(struct unpack *u, const char *path)
{
	if (u->p->entries < u->max_entries) {
		u->p->entries++;
		return 0;
	}
	return refuse(u->p, E2BIG, "with \"%s\" it has more than %" PRIu64 " entries; --max-entries allows more",
		      jail_name(path), u->max_entries);
}

/* The tar reader's source. */
static la_ssize_t feed_tar(struct archive *a, void *arg, const void **buf)
{
	struct stream *s = arg;
	ssize_t n = stream_read(s, buf);

	if (n < 0)
		archive_set_error(a, -n, "%s", stream_error(s) ?: strerror(-n));
	return n;
}

int untar_broken(struct unpack *u, struct archive *in, struct stream *s)
{
	const char *why = archive_error_string(in);

	if (stream_error(s))
		return refuse(u->p, EBADMSG, "%s", jail_words(stream_error(s)));
	if (!stream_total(s))
		return refuse(u->p, EBADMSG, "it is empty");
	if (archive_errno(in) == ENOMEM)
		return refuse(u->p, ENOMEM, "it takes too much memory to read");
	if (why && strcasestr(why, "unrecognized"))
		return refuse(u->p, EBADMSG, "it is no tar archive, neither plain nor packed by gzip, bzip2, xz or zstd");
	if (why && (strcasestr(why, "truncated") ||
		    (stream_ended(s) && !strcasestr(why, "checksum"))))
		return refuse(u->p, EBADMSG, "it is truncated: the tar archive ends early");
	return refuse(u->p, EBADMSG, "it is damaged: %s",
		      why ? jail_words(why) : "the tar archive makes no sense");
}

/* Says why writing failed. */
static int refused(struct unpack *u, struct archive *disk,
		   struct archive_entry *e, const char *path)
{
	const char *why = archive_error_string(disk), *to = archive_entry_hardlink(e);
	int err = archive_errno(disk) > 0 ? archive_errno(disk) : EINVAL;

	if (why && strstr(why, "through symlink"))
		return refuse(u->p, ELOOP, "\"%s\" leads through a symbolic link, and nothing is written through links",
			      jail_name(path));
	if (to && why && strstr(why, "does not exist"))
		return refuse(u->p, EINVAL, "\"%s\" is a hard link to \"%s\", which does not come before it",
			      jail_name(path), jail_name(to));
	return refuse(u->p, err, "\"%s\": %s", jail_name(path),
		      jail_words(why ?: strerror(err)));
}

static int copy_data(struct unpack *u, struct stream *s, struct archive *in,
		     struct archive *disk, struct archive_entry *e,
		     const char *path)
{
	la_int64_t offset;
	const void *buf;
	size_t size;
	int ret;

	while ((ret = archive_read_data_block(in, &buf, &size, &offset)) >= ARCHIVE_WARN &&
	       ret != ARCHIVE_EOF) {
		int err = unpack_charge(u, path, size);

		if (err)
			return err;
		if (archive_write_data_block(disk, buf, size, offset) < ARCHIVE_OK)
			return refused(u, disk, e, path);
		if (u->source >= 0)
			u->p->at = lseek(u->source, 0, SEEK_CUR);
	}
	return ret == ARCHIVE_EOF ? 0 : untar_broken(u, in, s);
}

/* The tree itself is there already, and libarchive does not set its times. */
static void note_root(struct unpack *u, struct archive_entry *e)
{
	u->have_root_times = archive_entry_mtime_is_set(e);
	u->root_times[0].tv_nsec = UTIME_OMIT;
	u->root_times[1].tv_sec = archive_entry_mtime(e);
	u->root_times[1].tv_nsec = archive_entry_mtime_nsec(e);
}

static int write_entry(struct unpack *u, struct stream *s, struct archive *in,
		       struct archive *disk, struct archive_entry *e,
		       const char *path)
{
	int ret = entry_prepare(u->p, e, path);

	if (ret)
		return ret == 1 ? 0 : ret;
	if (!strcmp(path, "."))
		note_root(u, e);
	ret = unpack_entry(u, path);
	/* Files with holes may be larger than any disk; what they hold counts. */
	if (!ret && archive_entry_filetype(e) == AE_IFREG &&
	    !archive_entry_sparse_count(e) && archive_entry_size(e) > 0 &&
	    (uint64_t)archive_entry_size(e) > u->max_bytes)
		ret = unpack_charge(u, path, archive_entry_size(e));
	if (ret)
		return ret;
	/* The one warning here tells that a link made way, as it has to. */
	if (archive_write_header(disk, e) < ARCHIVE_WARN)
		return refused(u, disk, e, path);
	if (archive_entry_size(e) > 0) {
		ret = copy_data(u, s, in, disk, e, path);
		if (ret)
			return ret;
	}
	/* Owners, modes or attributes that cannot be had are no small thing. */
	if (archive_write_finish_entry(disk) < ARCHIVE_OK)
		return refused(u, disk, e, path);
	return 0;
}

static int each(struct unpack *u, struct stream *s, struct archive *in,
		struct archive *disk, untar_look look, void *arg)
{
	struct archive_entry *e;
	char path[PATH_MAX];
	int ret;

	while ((ret = archive_read_next_header(in, &e)) >= ARCHIVE_WARN) {
		const char *name, *wrong;

		if (ret == ARCHIVE_EOF)
			return 0;
		if (ret == ARCHIVE_RETRY)
			break;
		if (u->source >= 0)
			u->p->at = lseek(u->source, 0, SEEK_CUR);
		name = archive_entry_pathname(e);
		wrong = name ? entry_clean(name, path) : "is missing";
		if (wrong)
			return refuse(u->p, EINVAL, "the name \"%s\" %s; no such entry is unpacked",
				      name ? jail_name(name) : "", wrong);
		ret = look ? look(u, in, e, path, arg) : 0;
		if (!ret && disk)
			ret = write_entry(u, s, in, disk, e, path);
		if (ret == UNTAR_END)
			return 0;
		if (ret < 0)
			return ret;
	}
	return untar_broken(u, in, s);
}

int untar_open(struct unpack *u, struct stream *s, struct archive **inp)
{
	struct archive *in = archive_read_new();
	int ret = 0;

	if (!in || archive_read_support_format_tar(in) != ARCHIVE_OK)
		ret = refuse(u->p, ENOMEM, "no memory");
	else if (archive_read_open(in, s, NULL, feed_tar, NULL) < ARCHIVE_WARN)
		ret = untar_broken(u, in, s);
	if (ret && in) {
		archive_read_free(in);
		in = NULL;
	}
	*inp = in;
	return ret;
}

static int run(struct unpack *u, struct stream *s, struct archive *disk,
	       untar_look look, void *arg)
{
	struct archive *in;
	int ret = untar_open(u, s, &in);

	if (ret)
		return ret;
	ret = each(u, s, in, disk, look, arg);
	archive_read_free(in);
	return ret;
}

int untar(struct unpack *u, struct stream *s, untar_look look, void *arg)
{
	struct archive *disk = archive_write_disk_new();
	int ret;

	if (!disk || archive_write_disk_set_options(disk, DISK_FLAGS) != ARCHIVE_OK)
		ret = refuse(u->p, ENOMEM, "no memory");
	else
		ret = run(u, s, disk, look, arg);
	/* Modes and times of directories come last. */
	if (!ret && archive_write_close(disk) < ARCHIVE_OK)
		ret = refuse(u->p, archive_errno(disk) ?: EIO, "%s",
			     jail_words(archive_error_string(disk)));
	if (disk) {
		if (ret)
			archive_write_fail(disk);
		archive_write_free(disk);
	}
	return ret;
}

int untar_scan(struct unpack *u, struct stream *s, untar_look look, void *arg)
{
	return run(u, s, NULL, look, arg);
}

int untar_end(struct unpack *u, struct stream *s, bool marked)
{
	int ret = stream_drain(s, u->max_bytes);

	if (ret)
		return refuse(u->p, -ret, "%s",
			      jail_words(stream_error(s) ?: strerror(-ret)));
	if (marked && stream_zeros(s) < 512)
		return refuse(u->p, EBADMSG, "it is truncated: the tar archive has no end mark");
	return 0;
}
