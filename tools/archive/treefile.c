// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - one file's data and attributes, from descriptor to descriptor
 */
#include <endian.h>
#include <errno.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "archive/entry_rules.h"
#include "tree/jail.h"
#include "archive/treefile.h"

#define ACCESS_LIST	"system.posix_acl_access"
#define DEFAULT_LIST	"system.posix_acl_default"
#define STEP		(8 << 20)	/* bytes between looks at the progress */

static int failed(struct unpack *u, const char *path, int err)
{
	return refuse(u->p, err, "\"%s\" cannot be copied: %s",
		      jail_name(path), strerror(err));
}

/* For file systems, and pairs of them, that cannot do it in the kernel. */
static ssize_t by_hand(int in, int out, off_t at, size_t n)
{
	char buf[64 << 10];
	ssize_t got = pread(in, buf, n < sizeof(buf) ? n : sizeof(buf), at);
	ssize_t done = 0;

	while (got > 0 && done < got) {
		ssize_t put = pwrite(out, buf + done, got - done, at + done);

		if (put < 0)
			return -1;
		done += put;
	}
	return got;
}

static int copy_range(struct unpack *u, const char *path, int in, int out,
		      off_t from, off_t to)
{
	int ret;

	while (from < to) {
		off_t r = from, w = from;
		size_t n = to - from < STEP ? to - from : STEP;
		ssize_t done = copy_file_range(in, &r, out, &w, n, 0);

		if (done < 0 && (errno == EXDEV || errno == EINVAL ||
				 errno == EOPNOTSUPP || errno == ENOSYS))
			done = by_hand(in, out, from, n);
		if (done < 0)
			return failed(u, path, errno);
		if (!done)
			break;
		from += done;
		ret = unpack_charge(u, path, done);
		if (ret)
			return ret;
		u->p->at = u->p->bytes;
	}
	return 0;
}

int treefile_data(struct unpack *u, const char *path, int in, int out,
		  off_t size)
{
	off_t data = 0, hole;
	int ret;

	/* Shared blocks take no room, but they may once they are written to. */
	if (size && !ioctl(out, FICLONE, in))
		return unpack_charge(u, path, size);
	while (data < size && (data = lseek(in, data, SEEK_DATA)) >= 0) {
		hole = lseek(in, data, SEEK_HOLE);
		if (hole < 0)
			return failed(u, path, errno);
		ret = copy_range(u, path, in, out, data, hole);
		if (ret)
			return ret;
		data = hole;
	}
	if (data < 0 && errno != ENXIO)
		return failed(u, path, errno);
	return ftruncate(out, size) ? failed(u, path, errno) : 0;
}

/* Whether all owners an access list names have room in a container. */
static bool list_fits(const void *value, size_t size)
{
	const struct posix_acl_xattr_entry *e =
		(const void *)((const char *)value + sizeof(struct posix_acl_xattr_header));
	size_t n;

	if (size < sizeof(struct posix_acl_xattr_header))
		return false;
	n = (size - sizeof(struct posix_acl_xattr_header)) / sizeof(*e);
	for (size_t i = 0; i < n; i++) {
		uint16_t tag = le16toh(e[i].e_tag);

		if ((tag == ACL_USER || tag == ACL_GROUP) &&
		    le32toh(e[i].e_id) > TREE_MAX_ID)
			return false;
	}
	return true;
}

static int copy_xattr(struct unpack *u, const char *path, int in, int out,
		      const char *name, void *value)
{
	ssize_t n = fgetxattr(in, name, value, XATTR_SIZE_MAX);
	bool list = !strcmp(name, ACCESS_LIST) || !strcmp(name, DEFAULT_LIST);

	if (n < 0)
		return errno == ENODATA ? 0 : failed(u, path, errno);
	if (list && !list_fits(value, n))
		return refuse(u->p, EINVAL, "the access list of \"%s\" names an owner not in 0..65535",
			      jail_name(path));
	if (!list && !entry_xattr_allowed(name, value, n)) {
		u->p->xattrs++;
		return 0;
	}
	return fsetxattr(out, name, value, n, 0) ? failed(u, path, errno) : 0;
}

static int copy_xattrs(struct unpack *u, const char *path, int in, int out)
{
	char *names = malloc(XATTR_LIST_MAX), *value = malloc(XATTR_SIZE_MAX);
	ssize_t n = names && value ? flistxattr(in, names, XATTR_LIST_MAX) : -1;
	int ret = 0;

	if (!names || !value)
		ret = failed(u, path, ENOMEM);
	else if (n < 0 && errno != EOPNOTSUPP)
		ret = failed(u, path, errno);
	for (ssize_t at = 0; !ret && at < n; at += strlen(names + at) + 1)
		ret = copy_xattr(u, path, in, out, names + at, value);
	free(names);
	free(value);
	return ret;
}

int treefile_attributes(struct unpack *u, const char *path, int in, int out,
			const struct stat *st)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };
	int ret = 0;

	/* In this order: a new owner takes away set-id bits and capabilities. */
	if (fchown(out, st->st_uid, st->st_gid) || fchmod(out, st->st_mode & 07777))
		return failed(u, path, errno);
	if (in >= 0)
		ret = copy_xattrs(u, path, in, out);
	if (!ret && futimens(out, times))
		ret = failed(u, path, errno);
	return ret;
}
