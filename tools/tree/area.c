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

#include "conf/globalconf.h"
#include "lib/msg.h"
#include "tree/area.h"

/* The host's own. A container's directory may lie below the first kind only. */
static const char *const around[] = {
	"/", "/home", "/media", "/mnt", "/opt", "/srv", "/var", "/var/lib",
};
static const char *const whole[] = {
	"/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32",
	"/lost+found", "/proc", "/root", "/run", "/sbin", "/sys", "/tmp", "/usr",
	"/var/backups", "/var/cache", "/var/lib/private", "/var/log",
	"/var/mail", "/var/spool", "/var/tmp",
};

#define NAROUND	(sizeof(around) / sizeof(around[0]))
#define NWHOLE	(sizeof(whole) / sizeof(whole[0]))

static const char *const keys[] = {
	[AREA_PRIVATE] = "VE_PRIVATE", [AREA_ROOT] = "VE_ROOT",
};

/* Whether @path is @dir or below it. */
static bool within(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (!strcmp(dir, "/"))
		return true;
	return !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

/* The same directory under another name, as a bind mount gives it. */
static bool same_directory(const struct place *p, const char *path)
{
	struct stat a, b;

	return !*p->rest && p->fd >= 0 && !fstat(p->fd, &a) && !stat(path, &b) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static const char *host_directory(const char *path)
{
	for (size_t i = 0; i < NAROUND; i++)
		if (within(around[i], path))
			return around[i];
	for (size_t i = 0; i < NWHOLE; i++)
		if (within(path, whole[i]) || within(whole[i], path))
			return whole[i];
	return NULL;
}

static const char *is_host(const struct place *p)
{
	const char *dir = host_directory(p->path);

	for (size_t i = 0; !dir && i < NWHOLE; i++)
		if (same_directory(p, whole[i]))
			dir = whole[i];
	for (size_t i = 0; !dir && i < NAROUND; i++)
		if (same_directory(p, around[i]))
			dir = around[i];
	return dir;
}

static void path_of(uint32_t ctid, const struct conf *c, enum area which,
		    char *buf, size_t size)
{
	if (which == AREA_PRIVATE)
		conf_private(c, ctid, buf, size);
	else
		conf_root(c, ctid, buf, size);
}

/* Where those of all containers lie unless they say otherwise, or "". */
static void common(enum area which, char *buf, size_t size)
{
	const char *path = globalconf(NULL, keys[which]);
	char *slash, *name;

	snprintf(buf, size, "%s", path ? path : "");
	slash = strrchr(buf, '/');
	name = slash ? slash + 1 : buf;
	if (!slash || slash == buf || (!strstr(name, "$VEID") && !strstr(name, "${VEID}")))
		*buf = '\0';
	else
		*slash = '\0';
}

static int add(struct areas *a, uint32_t ctid, const char *path)
{
	struct area_other *v = realloc(a->v, (a->n + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	a->v = v;
	v[a->n].ctid = ctid;
	v[a->n].path = strdup(path);
	if (!v[a->n].path)
		return -ENOMEM;
	a->n++;
	return 0;
}

static int add_both(uint32_t ctid, const struct conf *c, void *arg)
{
	char path[PATH_MAX], real[PATH_MAX];
	struct areas *a = arg;
	int ret = 0;

	for (int which = AREA_PRIVATE; !ret && which <= AREA_ROOT; which++) {
		if (ctid == a->ctid)
			break;
		path_of(ctid, c, which, path, sizeof(path));
		/* What can be no container's keeps nobody from anything. */
		if (*path != '/' || host_directory(path))
			continue;
		ret = add(a, ctid, path);
		if (!ret && realpath(path, real) && strcmp(path, real) &&
		    !host_directory(real))
			ret = add(a, ctid, real);
	}
	return ret;
}

int areas_load(struct areas *a, uint32_t ctid, const struct conf *c)
{
	*a = (struct areas){ .ctid = ctid, .conf = c };
	return conf_each(add_both, a);
}

void areas_free(struct areas *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i].path);
	free(a->v);
	*a = (struct areas){ 0 };
}

/* Of what lies below another container's directory that container is master. */
static bool pass(struct place *p, const char *directory, void *arg)
{
	const struct areas *a = arg;

	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->v[i].path, directory))
			continue;
		place_refuse(p, EPERM, "the path leads into %s, which belongs to CT %u and is changed by it; choose a directory outside",
			     directory, a->v[i].ctid);
		return false;
	}
	return true;
}

static int check_others(struct place *p, const struct areas *a, enum area which)
{
	char other[PATH_MAX], real[PATH_MAX];

	for (size_t i = 0; i < a->n; i++) {
		const char *path = a->v[i].path;

		if (!strcmp(path, p->path))
			return place_refuse(p, EEXIST, "%s belongs to CT %u",
					    p->path, a->v[i].ctid);
		if (within(path, p->path) || within(p->path, path))
			return place_refuse(p, EEXIST, "%s and %s, which belongs to CT %u, would lie in one another; choose another directory",
					    p->path, path, a->v[i].ctid);
	}
	path_of(a->ctid, a->conf, which == AREA_ROOT ? AREA_PRIVATE : AREA_ROOT,
		other, sizeof(other));
	if (!realpath(other, real))
		snprintf(real, sizeof(real), "%s", other);
	if (within(real, p->path) || within(p->path, real))
		return place_refuse(p, EEXIST, "VE_PRIVATE and VE_ROOT, %s and %s, %s",
				    which == AREA_ROOT ? real : p->path,
				    which == AREA_ROOT ? p->path : real,
				    strcmp(real, p->path) ?
				    "lie in one another" : "are the same directory");
	return 0;
}

static int check_host(struct place *p)
{
	static const char *const own[] = { "TEMPLATE", "DUMPDIR", "LOCKDIR" };
	const char *host = is_host(p);
	char dir[PATH_MAX];

	for (int which = AREA_PRIVATE; !host && which <= AREA_ROOT; which++) {
		common(which, dir, sizeof(dir));
		if (*dir && (within(dir, p->path) || same_directory(p, dir)))
			return place_refuse(p, EPERM, "%s holds the directories of all containers; choose one below it",
					    p->path);
	}
	for (size_t i = 0; !host && i < sizeof(own) / sizeof(own[0]); i++) {
		const char *path = globalconf(NULL, own[i]);

		if (path && *path == '/' &&
		    (within(p->path, path) || within(path, p->path)))
			return place_refuse(p, EPERM, "%s and %s, the %s of " GLOBAL_CONF ", are not apart; choose another directory",
					    p->path, path, own[i]);
	}

	if (!host)
		return 0;
	if (!strcmp(host, p->path))
		return place_refuse(p, EPERM, "%s is a directory of the host's system; choose one such as %s/101",
				    p->path, PRIVATE_DIR);
	return place_refuse(p, EPERM, "%s and %s, a directory of the host's system, are not apart; choose one such as %s/101",
			    p->path, host, PRIVATE_DIR);
}

/* Whether all containers' directories lie beside @path, which is as written. */
static bool is_common(const char *path, enum area which)
{
	char dir[PATH_MAX];
	size_t len;

	common(which, dir, sizeof(dir));
	len = strlen(dir);
	return len && !strncmp(path, dir, len) && path[len] == '/' &&
	       !strchr(path + len + 1, '/') && !host_directory(dir);
}

/* @own: the directory above is the tool's to close; @now: and has to be closed. */
static int check_closed(struct place *p, bool own, bool now)
{
	int fd = *p->rest ? p->fd : p->parent;
	char dir[PATH_MAX], path[64];
	struct stat st;

	if (p->closed || (own && !now))
		return 0;
	snprintf(dir, sizeof(dir), "%s", p->path);
	*strrchr(dir, '/') = '\0';
	if (fstat(fd, &st))
		return place_refuse(p, errno, "%s: %s", dir, strerror(errno));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (own && !host_directory(dir) && !chmod(path, 0700)) {
		msg_note("%s closed to other users (mode %04o before): owners and set-user-id bits of what containers write there are the host's",
			 dir, st.st_mode & 07777);
		p->closed = true;
		return 0;
	}
	if (host_directory(dir))
		return place_refuse(p, EPERM, "every user of the host can come to %s, where owners and set-user-id bits are the host's; choose one below a new directory of mode 0700, as %s is",
				    p->path, PRIVATE_DIR);
	return place_refuse(p, EPERM, "every user of the host can come to %s, where owners and set-user-id bits are the host's; `chmod 0700 %s`",
			    p->path, dir);
}

static int check_new(struct place *p)
{
	struct stat st;

	if (*p->rest)
		return 0;
	if (fstat(p->fd, &st))
		return place_refuse(p, errno, "%s: %s", p->path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return place_refuse(p, ENOTDIR, "%s is no directory", p->path);
	if (place_roots_own(&st))
		return 0;
	return place_refuse(p, EPERM, "others than root may write to %s (owner %u, mode %04o); `chown root:root %s; chmod go-w %s`",
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

int area_open(struct place *p, const struct areas *a, enum area which,
	      enum area_for why)
{
	struct place_guard guard = { .pass = pass, .arg = (void *)a };
	char path[PATH_MAX];
	int ret = check_conf(p, a->ctid);

	if (ret)
		return ret;
	path_of(a->ctid, a->conf, which, path, sizeof(path));
	ret = place_open(p, path, &guard);
	if (ret)
		return ret;
	ret = check_host(p);
	if (!ret)
		ret = check_others(p, a, which);
	if (!ret && why >= AREA_SAVE)
		ret = check_closed(p, is_common(path, which), why >= AREA_USE);
	if (!ret && why >= AREA_NEW)
		ret = check_new(p);
	if (ret)
		place_close(p);
	return ret;
}

int area_check(struct place *p, const struct areas *a, enum area which,
	       enum area_for why)
{
	int ret = area_open(p, a, which, why);

	if (!ret)
		place_close(p);
	return ret;
}

int area_open_tree(struct place *p, const char *path)
{
	struct place_guard guard = { .sticky = true };
	int ret = place_open(p, path, &guard);

	if (!ret)
		ret = check_closed(p, is_common(path, AREA_PRIVATE), true);
	if (ret)
		place_close(p);
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
