// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what a template may put into a container's tree
 */
#include <archive.h>
#include <archive_entry.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/entry_rules.h"
#include "tree/jail.h"

const char *entry_clean(const char *from, char *path)
{
	unsigned int depth = 0;
	size_t n = 0;

	while (*from) {
		size_t len = strcspn(from, "/");

		if (len == 2 && !memcmp(from, "..", 2))
			return "holds \"..\"";
		if (len > NAME_MAX)
			return "has a part of more than 255 bytes";
		if (len && (len != 1 || *from != '.')) {
			if (n + len + 2 > PATH_MAX)
				return "is longer than 4095 bytes";
			if (++depth > TREE_MAX_DEPTH)
				return "is more than 256 directories deep";
			if (n)
				path[n++] = '/';
			memcpy(path + n, from, len);
			n += len;
		}
		from += len + (from[len] == '/');
	}
	if (!n)
		path[n++] = '.';
	path[n] = '\0';
	return NULL;
}

bool entry_xattr_allowed(const char *name, const void *value, size_t size)
{
	const struct vfs_cap_data *cap = value;

	if (!strncmp(name, "user.", 5))
		return name[5];
	/* The third revision names a root by an id of some other host. */
	return !strcmp(name, "security.capability") && size == XATTR_CAPS_SZ_2 &&
	       (le32toh(cap->magic_etc) & VFS_CAP_REVISION_MASK) ==
		       VFS_CAP_REVISION_2;
}

int entry_owner(struct tree_job *p, const char *name, int64_t uid,
		int64_t gid)
{
	bool user = uid < 0 || uid > TREE_MAX_ID;

	if (!user && gid >= 0 && gid <= TREE_MAX_ID)
		return 0;
	return refuse(p, EINVAL, "\"%s\" belongs to %s %lld, and a container has the ids 0..65535; pack the template with owners in there",
		      jail_name(name), user ? "user" : "group",
		      (long long)(user ? uid : gid));
}

/* Names in access lists mean nothing here, only numbers do. */
static int check_acl(struct tree_job *p, struct archive_entry *e,
		     const char *path)
{
	static const int types[] = { ARCHIVE_ENTRY_ACL_TYPE_ACCESS,
				     ARCHIVE_ENTRY_ACL_TYPE_DEFAULT };
	int type, permset, tag, id;
	const char *name;

	for (int t = 0; t < 2; t++) {
		archive_entry_acl_reset(e, types[t]);
		while (archive_entry_acl_next(e, types[t], &type, &permset, &tag,
					      &id, &name) == ARCHIVE_OK) {
			if (tag != ARCHIVE_ENTRY_ACL_USER &&
			    tag != ARCHIVE_ENTRY_ACL_GROUP)
				continue;
			if (id < 0 || (unsigned int)id > TREE_MAX_ID)
				return refuse(p, EINVAL, "the access list of \"%s\" names an owner not in 0..65535, or by name alone; pack the template with numeric owners",
					      jail_name(path));
		}
	}
	return 0;
}

/* libarchive cannot take one attribute off: those that stay are put back. */
static int sift_xattrs(struct tree_job *p, struct archive_entry *e)
{
	struct archive_entry *old;
	const void *value;
	const char *name;
	size_t size;

	if (!archive_entry_xattr_reset(e))
		return 0;
	old = archive_entry_clone(e);
	if (!old)
		return refuse(p, ENOMEM, "no memory");
	archive_entry_xattr_clear(e);
	archive_entry_xattr_reset(old);
	while (archive_entry_xattr_next(old, &name, &value, &size) == ARCHIVE_OK) {
		if (entry_xattr_allowed(name, value, size))
			archive_entry_xattr_add_entry(e, name, value, size);
		else
			p->xattrs++;
	}
	archive_entry_free(old);
	return 0;
}

static int check_links(struct tree_job *p, struct archive_entry *e,
		       const char *path)
{
	const char *to = archive_entry_hardlink(e), *wrong;
	char target[PATH_MAX];

	if (to) {
		wrong = entry_clean(to, target);
		if (!wrong && !strcmp(target, "."))
			wrong = "is the tree itself";
		/* tar packs so what it is told to pack twice. */
		if (!wrong && !strcmp(target, path) &&
		    !faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW))
			return 1;
		if (wrong)
			return refuse(p, EINVAL, "\"%s\" is a hard link whose target, \"%s\", %s; nothing outside the tree can be linked into it",
				      jail_name(path), jail_name(to), wrong);
		archive_entry_copy_hardlink(e, target);
		/*
		 * Its data are those of the target. libarchive would write them, and
		 * set the mode, which follows a target that is a symbolic link.
		 */
		archive_entry_unset_size(e);
		return 0;
	}
	if (archive_entry_filetype(e) != AE_IFLNK)
		return 0;
	to = archive_entry_symlink(e);
	if (!to || !*to || strlen(to) >= PATH_MAX)
		return refuse(p, EINVAL, "the symbolic link \"%s\" points nowhere or to more than 4095 bytes",
			      jail_name(path));
	return 0;
}

int entry_prepare(struct tree_job *p, struct archive_entry *e,
		  const char *path)
{
	bool root = !strcmp(path, ".");
	int ret;

	if (!archive_entry_hardlink(e)) {
		switch (archive_entry_filetype(e)) {
		case AE_IFREG:
		case AE_IFDIR:
		case AE_IFLNK:
		case AE_IFIFO:
			break;
		case AE_IFCHR:
		case AE_IFBLK:
			p->devices++;
			return 1;
		default:
			p->others++;
			return 1;
		}
	}
	if (root && (archive_entry_hardlink(e) ||
		     archive_entry_filetype(e) != AE_IFDIR))
		return refuse(p, EINVAL, "an entry would replace the directory itself by something else");
	ret = entry_owner(p, path, archive_entry_uid(e), archive_entry_gid(e)) ?:
	      check_links(p, e, path) ?: check_acl(p, e, path) ?:
	      sift_xattrs(p, e);
	if (ret)
		return ret;
	archive_entry_copy_pathname(e, path);
	return 0;
}
