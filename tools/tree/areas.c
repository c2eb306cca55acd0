// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the directories that are somebody's: the host's and those of containers
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "lib/parse.h"
#include "tree/areas.h"

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

static bool is_at(const struct stat *a, const char *path)
{
	struct stat b;

	return !stat(path, &b) && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

/* The same directory under another name, as a bind mount gives it. */
bool areas_same(const struct place *p, const char *path)
{
	struct stat a;

	return !*p->rest && p->fd >= 0 && !fstat(p->fd, &a) && is_at(&a, path);
}

const char *areas_host_directory(const char *path)
{
	for (size_t i = 0; i < NAROUND; i++)
		if (path_within(around[i], path))
			return around[i];
	for (size_t i = 0; i < NWHOLE; i++)
		if (path_within(path, whole[i]) || path_within(whole[i], path))
			return whole[i];
	return NULL;
}

const char *areas_host(const struct place *p)
{
	const char *dir = areas_host_directory(p->path);
	struct stat a;

	if (dir || *p->rest || p->fd < 0 || fstat(p->fd, &a))
		return dir;
	for (size_t i = 0; !dir && i < NWHOLE; i++)
		if (is_at(&a, whole[i]))
			dir = whole[i];
	for (size_t i = 0; !dir && i < NAROUND; i++)
		if (is_at(&a, around[i]))
			dir = around[i];
	return dir;
}

void area_path(uint32_t ctid, const struct conf *c, enum area which, char *buf,
	       size_t size)
{
	if (which == AREA_PRIVATE)
		conf_private(c, ctid, buf, size);
	else
		conf_root(c, ctid, buf, size);
}

void areas_common(enum area which, char *buf, size_t size)
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

static int add(struct areas *a, uint32_t ctid, const char *path, bool left)
{
	struct area_other *v = realloc(a->v, (a->n + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	a->v = v;
	v[a->n] = (struct area_other){ .ctid = ctid, .left = left };
	v[a->n].path = strdup(path);
	if (!v[a->n].path)
		return -ENOMEM;
	location_of_path(a->mounts, path, &v[a->n].location);
	a->n++;
	return 0;
}

/* What can be no container's keeps nobody from anything. */
static bool possible(const char *path)
{
	char dir[PATH_MAX];

	for (int which = AREA_PRIVATE; which <= AREA_ROOT; which++) {
		areas_common(which, dir, sizeof(dir));
		if (*dir && path_within(dir, path))
			return false;
	}
	return *path == '/' && !areas_host_directory(path);
}

static int add_both(uint32_t ctid, const struct conf *c, void *arg)
{
	char path[PATH_MAX], real[PATH_MAX];
	struct areas *a = arg;
	int ret = 0;

	/* Its directory is one of those with a number for a name, as a rule. */
	if (!c)
		return 0;
	for (int which = AREA_PRIVATE; !ret && which <= AREA_ROOT; which++) {
		if (ctid == a->ctid)
			break;
		area_path(ctid, c, which, path, sizeof(path));
		if (!possible(path))
			continue;
		ret = add(a, ctid, path, false);
		if (!ret && realpath(path, real) && strcmp(path, real) &&
		    possible(real))
			ret = add(a, ctid, real, false);
	}
	return ret;
}

/* Where a path was turned elsewhere, that is nobody's. */
static int add_left(uint32_t ctid, const struct conf *c, void *arg)
{
	struct place_guard guard = { .pass = areas_pass, .arg = arg };
	struct place p = PLACE_NONE;
	char path[PATH_MAX];
	int ret = 0;

	if (!c)
		return 0;
	area_path(ctid, c, AREA_PRIVATE, path, sizeof(path));
	if (!place_open(&p, path, &guard) && !*p.rest && possible(p.path))
		ret = add(arg, ctid, p.path, true);
	place_close(&p);
	return ret;
}

/* Of a container that nothing is written down of any more, or not yet. */
static int add_unknown(struct areas *a)
{
	char dir[PATH_MAX], path[PATH_MAX + NAME_MAX + 2], real[PATH_MAX];
	struct dirent *e;
	uint32_t ctid;
	int ret = 0;
	DIR *d;

	areas_common(AREA_PRIVATE, dir, sizeof(dir));
	d = *dir && realpath(dir, real) ? opendir(real) : NULL;
	while (!ret && d && (e = readdir(d))) {
		if (!parse_ctid(e->d_name, &ctid) || ctid == a->ctid)
			continue;
		snprintf(path, sizeof(path), "%s/%s", real, e->d_name);
		ret = add(a, ctid, path, true);
	}
	if (d)
		closedir(d);
	return ret;
}

int areas_load(struct areas *a, uint32_t ctid, const struct conf *c,
	       struct report *report)
{
	int ret;

	*a = (struct areas){ .ctid = ctid, .conf = c, .report = report };
	a->mounts = mounts_read();
	ret = conf_each(add_both, a);
	if (!ret)
		ret = conf_each_destroyed(add_left, a);
	if (!ret)
		ret = add_unknown(a);
	return ret;
}

void areas_free(struct areas *a)
{
	for (size_t i = 0; i < a->n; i++) {
		location_free(&a->v[i].location);
		free(a->v[i].path);
	}
	free(a->v);
	mounts_free(a->mounts);
	*a = (struct areas){ 0 };
}

void areas_refresh(struct areas *a)
{
	mounts_free(a->mounts);
	a->mounts = mounts_read();
}

/* Of what lies below a container's directory that container is master. */
static int refuse_there(struct place *p, const struct area_other *o)
{
	return o->left ?
	       refuse(p, EPERM, "the path leads into %s, which CT %u left as it was changed by it; choose a directory outside",
		      o->path, o->ctid) :
	       refuse(p, EPERM, "the path leads into %s, which belongs to CT %u and is changed by it; choose a directory outside",
		      o->path, o->ctid);
}

static int locate(struct place *p, const struct areas *a, struct location *l)
{
	int ret = location_find(a->mounts, p->fd, p->rest, l);

	return ret ? refuse(p, -ret, "cannot tell which file system %s lies in: %s",
			    p->path, strerror(-ret)) : 0;
}

bool areas_pass(struct place *p, const char *directory, void *arg)
{
	const struct areas *a = arg;
	struct location l;
	int ret = locate(p, a, &l);

	for (size_t i = 0; !ret && i < a->n; i++)
		if (location_within(&l, &a->v[i].location) ||
		    (!a->v[i].left && !strcmp(a->v[i].path, directory)))
			ret = refuse_there(p, &a->v[i]);
	location_free(&l);
	return !ret;
}

int areas_check_outside(struct place *p, const struct areas *a)
{
	struct location l;
	int ret = locate(p, a, &l);

	for (size_t i = 0; !ret && i < a->n; i++)
		if (location_within(&l, &a->v[i].location) &&
		    !location_within(&a->v[i].location, &l))
			ret = refuse_there(p, &a->v[i]);
	location_free(&l);
	return ret;
}

static int check_other(struct place *p, const struct location *l,
		       const struct area_other *o)
{
	bool in = path_within(p->path, o->path) ||
		  location_within(l, &o->location);
	bool around = path_within(o->path, p->path) ||
		      location_within(&o->location, l);

	if (in && around)
		return refuse(p, EEXIST, "%s belongs to CT %u", p->path,
			      o->ctid);
	if (in || around)
		return refuse(p, EEXIST, "%s and %s, which belongs to CT %u, would lie in one another; choose another directory",
			      p->path, o->path, o->ctid);
	return 0;
}

int areas_check_apart(struct place *p, const struct areas *a)
{
	struct location l;
	int ret = locate(p, a, &l);

	for (size_t i = 0; !ret && i < a->n; i++)
		if (!a->v[i].left)
			ret = check_other(p, &l, &a->v[i]);
	location_free(&l);
	return ret ? ret : areas_check_outside(p, a);
}
