// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the two directories of a container, and who else might want them
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "tree/area.h"
#include "tree/location.h"

/* A container's own two are apart. */
static int check_own(struct place *p, const struct areas *a, enum area which)
{
	char other[PATH_MAX], real[PATH_MAX];

	area_path(a->ctid, a->conf, which == AREA_ROOT ? AREA_PRIVATE : AREA_ROOT,
		  other, sizeof(other));
	if (!realpath(other, real))
		snprintf(real, sizeof(real), "%s", other);
	if (path_within(real, p->path) || path_within(p->path, real))
		return refuse(p, EEXIST, "VE_PRIVATE and VE_ROOT, %s and %s, %s",
			      which == AREA_ROOT ? real : p->path,
			      which == AREA_ROOT ? p->path : real,
			      strcmp(real, p->path) ?
			      "lie in one another" : "are the same directory");
	return 0;
}

static int check_host(struct place *p)
{
	static const char *const own[] = { "TEMPLATE", "DUMPDIR", "LOCKDIR" };
	const char *host = areas_host(p);
	char dir[PATH_MAX];

	for (int which = AREA_PRIVATE; !host && which <= AREA_ROOT; which++) {
		areas_common(which, dir, sizeof(dir));
		if (*dir && (path_within(dir, p->path) || areas_same(p, dir)))
			return refuse(p, EPERM, "%s holds the directories of all containers; choose one below it",
				      p->path);
	}
	for (size_t i = 0; !host && i < sizeof(own) / sizeof(own[0]); i++) {
		const char *path = globalconf(NULL, own[i]);

		if (path && *path == '/' &&
		    (path_within(p->path, path) || path_within(path, p->path)))
			return refuse(p, EPERM, "%s and %s, the %s of " GLOBAL_CONF ", are not apart; choose another directory",
				      p->path, path, own[i]);
	}

	if (!host)
		return 0;
	if (!strcmp(host, p->path))
		return refuse(p, EPERM, "%s is a directory of the host's system; choose one such as %s/101",
			      p->path, PRIVATE_DIR);
	return refuse(p, EPERM, "%s and %s, a directory of the host's system, are not apart; choose one such as %s/101",
		      p->path, host, PRIVATE_DIR);
}

/* Whether all containers' directories lie beside @path, which is as written. */
static bool is_common(const char *path, enum area which)
{
	char dir[PATH_MAX];
	size_t len;

	areas_common(which, dir, sizeof(dir));
	len = strlen(dir);
	return len && !strncmp(path, dir, len) && path[len] == '/' &&
	       !strchr(path + len + 1, '/') && !areas_host_directory(dir);
}

/* @own: the directory above is the tool's to close; @now: and has to be closed. */
static int check_closed(struct place *p, bool own, bool now,
			struct report *report)
{
	int fd = *p->rest ? p->fd : p->parent;
	char dir[PATH_MAX], path[64];
	struct stat st;

	if (p->closed || (own && !now))
		return 0;
	snprintf(dir, sizeof(dir), "%s", p->path);
	*strrchr(dir, '/') = '\0';
	if (fstat(fd, &st))
		return refuse(p, errno, "%s: %s", dir, strerror(errno));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (own && !areas_host_directory(dir) && !chmod(path, 0700)) {
		report_note(report, "%s closed to other users (mode %04o before): owners and set-user-id bits of what containers write there are the host's",
			    dir, st.st_mode & 07777);
		p->closed = true;
		return 0;
	}
	if (areas_host_directory(dir))
		return refuse(p, EPERM, "every user of the host can come to %s, where owners and set-user-id bits are the host's; choose one below a new directory of mode 0700, as %s is",
			      p->path, PRIVATE_DIR);
	return refuse(p, EPERM, "every user of the host can come to %s, where owners and set-user-id bits are the host's; `chmod 0700 %s`",
		      p->path, dir);
}

static int check_new(struct place *p)
{
	struct stat st;

	if (*p->rest)
		return 0;
	if (fstat(p->fd, &st))
		return refuse(p, errno, "%s: %s", p->path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return refuse(p, ENOTDIR, "%s is no directory", p->path);
	if (place_roots_own(&st))
		return 0;
	return refuse(p, EPERM, "others than root may write to %s (owner %u, mode %04o); `chown root:root %s; chmod go-w %s`",
		      p->path, st.st_uid, st.st_mode & 07777, p->path,
		      p->path);
}

/* Whoever writes the configuration chooses among all that root may do here. */
static int check_conf(struct place *p, uint32_t ctid)
{
	char path[64];
	int ret;

	conf_path(ctid, path, sizeof(path));
	ret = place_file(p, path);
	place_close(p);
	return ret;
}

int area_open(struct place *p, struct areas *a, enum area which,
	      enum area_for why)
{
	struct place_guard guard = { .pass = areas_pass, .arg = a };
	char path[PATH_MAX];
	int ret = check_conf(p, a->ctid);

	if (ret)
		return ret;
	area_path(a->ctid, a->conf, which, path, sizeof(path));
	ret = place_open(p, path, &guard);
	if (ret)
		return ret;
	ret = check_host(p);
	if (!ret)
		ret = areas_check_apart(p, a);
	if (!ret)
		ret = check_own(p, a, which);
	if (!ret && why >= AREA_SAVE)
		ret = check_closed(p, is_common(path, which), why >= AREA_USE,
				   a->report);
	if (!ret && why >= AREA_NEW)
		ret = check_new(p);
	if (ret)
		place_close(p);
	return ret;
}

int area_check(struct place *p, struct areas *a, enum area which,
	       enum area_for why)
{
	int ret = area_open(p, a, which, why);

	if (!ret)
		place_close(p);
	return ret;
}

/* Follows @path for nobody's container; @guard becomes whole. */
static int follow(struct place *p, const char *path, struct place_guard *guard)
{
	char *here = *path == '/' ? NULL : getcwd(NULL, 0), whole[PATH_MAX];
	struct areas a;
	int ret = areas_load(&a, 0, NULL, NULL);

	snprintf(whole, sizeof(whole), "%s%s%s", here ? here : "",
		 here ? "/" : "", path);
	free(here);
	guard->pass = areas_pass;
	guard->arg = &a;
	if (ret)
		ret = refuse(p, -ret, "read " CONF_DIR ": %s", strerror(-ret));
	else
		ret = place_open(p, whole, guard) ?: areas_check_outside(p, &a);
	if (ret)
		place_close(p);
	areas_free(&a);
	return ret;
}

int area_open_tree(struct place *p, const char *path, struct report *report)
{
	struct place_guard guard = { .sticky = true };
	int ret = follow(p, path, &guard);

	if (!ret)
		ret = check_closed(p, is_common(path, AREA_PRIVATE), true,
				   report);
	if (ret)
		place_close(p);
	return ret;
}

int area_open_roots(struct place *p, const char *path)
{
	struct place_guard guard = { .sticky = true };

	return follow(p, path, &guard);
}

int area_open_source(struct place *p, const char *path)
{
	struct place_guard guard = { .others = true };
	int ret = follow(p, path, &guard);

	if (!ret && *p->rest) {
		ret = refuse(p, ENOENT, "there is no %s", p->path);
		place_close(p);
	}
	return ret;
}

enum area_mount area_mounted(uint32_t ctid, const struct conf *c,
			     struct place *p)
{
	struct place private = PLACE_NONE;
	enum area_mount what = AREA_FOREIGN;
	char path[PATH_MAX];
	struct stat a, b;
	struct statvfs fs;
	struct statx x;

	conf_root(c, ctid, path, sizeof(path));
	if (place_open(p, path, NULL))
		return AREA_FOREIGN;
	if (*p->rest)
		return AREA_BARE;
	if (statx(p->fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x) ||
	    !(x.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
		return AREA_FOREIGN;
	if (!(x.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return AREA_BARE;
	conf_private(c, ctid, path, sizeof(path));
	if (!place_open(&private, path, NULL) && !*private.rest &&
	    strcmp(private.path, p->path) && !fstat(private.fd, &a) &&
	    !fstat(p->fd, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		what = AREA_BOUND;
	place_close(&private);
	if (what == AREA_BOUND && !fstatvfs(p->fd, &fs) &&
	    (fs.f_flag & ST_NOSUID) && (fs.f_flag & ST_NODEV))
		what = AREA_OURS;
	return what;
}
