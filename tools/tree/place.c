// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a path that only root can turn elsewhere
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tree/place.h"

#define MAX_LINKS	40	/* as the kernel */
#define AGAIN		1	/* the path to follow is another one now */

bool place_roots_own(const struct stat *st)
{
	return !st->st_uid && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

void place_close(struct place *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->parent >= 0)
		close(p->parent);
	p->fd = p->parent = -1;
}

static const char *shown(const struct place *p)
{
	return *p->path ? p->path : "/";
}

static int too_long(struct place *p)
{
	return refuse(p, ENAMETOOLONG, "the path is too long");
}

static int add_name(struct place *p, const char *name)
{
	size_t len = strlen(p->path);

	return snprintf(p->path + len, sizeof(p->path) - len, "/%s", name) <
	       (int)(sizeof(p->path) - len) ? 0 : too_long(p);
}

/* What is not there can be no link, and ".." of it is nowhere. */
static int add_rest(struct place *p, char *ahead)
{
	char *save, *name = strtok_r(ahead, "/", &save);
	size_t n = 0;
	int ret = 0;

	for (; !ret && name; name = strtok_r(NULL, "/", &save)) {
		if (!strcmp(name, "."))
			continue;
		if (!strcmp(name, ".."))
			return refuse(p, ENOENT, "there is no %s, so \"..\" of it leads nowhere",
				      p->path);
		n += snprintf(p->rest + n, sizeof(p->rest) - n, "%s%s",
			      n ? "/" : "", name);
		ret = add_name(p, name);
	}
	/* What is made on the way is made for root alone. */
	if (strchr(p->rest, '/'))
		p->closed = true;
	return ret;
}

/* The directory open in @p, which @st is of, and in which a name is to be looked up. */
static int may_pass(struct place *p, const struct stat *st,
		    const struct place_guard *guard, bool *sticky)
{
	*sticky = false;
	if (!S_ISDIR(st->st_mode))
		return refuse(p, ENOTDIR, "%s is no directory", shown(p));
	if (!place_roots_own(st)) {
		*sticky = guard && guard->sticky && !st->st_uid &&
			  (st->st_mode & S_ISVTX);
		if (!*sticky && !(guard && guard->others))
			return refuse(p, EPERM, "others than root can change what is in %s (owner %u, mode %04o), and so turn the path elsewhere; `chown root:root %s; chmod go-w %s`, or choose a place that only root can change",
				      shown(p), st->st_uid,
				      st->st_mode & 07777, shown(p),
				      shown(p));
	}
	if (guard && guard->pass && !guard->pass(p, shown(p), guard->arg))
		return -EPERM;
	if (!(st->st_mode & (S_IRWXG | S_IRWXO)))
		p->closed = true;
	return 0;
}

/* The link open as @fd: @ahead becomes where it leads, and the rest behind that. */
static int turn(struct place *p, int fd, char *ahead, const char *rest)
{
	char to[PATH_MAX], all[3 * PATH_MAX];
	ssize_t len = readlinkat(fd, "", to, sizeof(to) - 1);

	if (len <= 0)
		return refuse(p, errno, "the link in %s cannot be read",
			      shown(p));
	to[len] = '\0';
	if (snprintf(all, sizeof(all), "%s/%s/%s", *to == '/' ? "" : p->path,
		     to, rest) >= PATH_MAX)
		return too_long(p);
	strcpy(ahead, all);
	return AGAIN;
}

static int turn_up(struct place *p, char *ahead, const char *rest)
{
	char all[2 * PATH_MAX], *slash = strrchr(p->path, '/');

	if (slash)
		*slash = '\0';
	if (snprintf(all, sizeof(all), "%s/%s", p->path, rest) >= PATH_MAX)
		return too_long(p);
	strcpy(ahead, all);
	return AGAIN;
}

/* One name further, to what @at is of then. */
static int step(struct place *p, const char *name, char *ahead, char *rest,
		bool sticky, struct stat *at)
{
	int fd = openat(p->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), ret;
	struct stat st;

	if (fd < 0 && errno == ENOENT && !sticky) {
		char missing[PATH_MAX];

		/* Both are parts of what @ahead holds, so it fits. */
		snprintf(missing, sizeof(missing), "%s/%s", name, rest);
		return add_rest(p, missing);
	}
	if (fd < 0 || fstat(fd, &st)) {
		ret = refuse(p, errno, "%s/%s: %s", p->path, name,
			     strerror(errno));
		if (fd >= 0)
			close(fd);
		return ret;
	}
	if (sticky && st.st_uid) {
		close(fd);
		return refuse(p, EPERM, "%s/%s lies where everybody may write and is not root's",
			      p->path, name);
	}
	if (S_ISLNK(st.st_mode)) {
		ret = turn(p, fd, ahead, rest);
		close(fd);
		return ret;
	}
	if (p->parent >= 0)
		close(p->parent);
	p->parent = p->fd;
	p->fd = fd;
	*at = st;
	return add_name(p, name);
}

static int follow(struct place *p, char *ahead, const struct place_guard *guard)
{
	char *name = ahead, *rest, part[NAME_MAX + 1];
	struct stat at;
	bool sticky;
	int ret = 0;

	place_close(p);
	p->closed = false;
	*p->path = *p->rest = '\0';
	p->fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p->fd < 0 || fstat(p->fd, &at))
		return refuse(p, errno, "/: %s", strerror(errno));
	for (; !ret && !*p->rest; name = rest) {
		size_t len;

		name += strspn(name, "/");
		len = strcspn(name, "/");
		if (!len)
			break;
		rest = name + len;
		if (len > NAME_MAX)
			return too_long(p);
		memcpy(part, name, len);
		part[len] = '\0';
		ret = may_pass(p, &at, guard, &sticky);
		if (ret || !strcmp(part, "."))
			continue;
		if (!strcmp(part, ".."))
			return turn_up(p, ahead, rest);
		ret = step(p, part, ahead, rest, sticky, &at);
	}
	if (!ret && !*p->path)
		strcpy(p->path, "/");
	return ret;
}

int place_open(struct place *p, const char *path,
	       const struct place_guard *guard)
{
	char ahead[PATH_MAX];
	int links = 0, ret;

	*p = (struct place)PLACE_NONE;
	if (*path != '/')
		return refuse(p, EINVAL, "a path has to begin with /");
	if (snprintf(ahead, sizeof(ahead), "%s", path) >= (int)sizeof(ahead))
		return too_long(p);
	do
		ret = follow(p, ahead, guard);
	while (ret == AGAIN && ++links <= MAX_LINKS);
	if (ret == AGAIN)
		ret = refuse(p, ELOOP, "too many symbolic links");
	if (ret)
		place_close(p);
	return ret;
}

int place_file(struct place *p, const char *path)
{
	int ret = place_open(p, path, NULL);
	struct stat st;

	if (ret)
		return ret;
	if (*p->rest) {
		place_close(p);
		return 0;
	}
	if (fstat(p->fd, &st))
		ret = refuse(p, errno, "%s: %s", p->path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		ret = refuse(p, EPERM, "%s is no file", p->path);
	else if (!place_roots_own(&st))
		ret = refuse(p, EPERM, "others than root may write to %s (owner %u, mode %04o); `chown root:root %s; chmod go-w %s`",
			     p->path, st.st_uid, st.st_mode & 07777,
			     p->path, p->path);
	if (ret)
		place_close(p);
	return ret;
}

int place_make(struct place *p, bool last)
{
	char rest[PATH_MAX], *name = rest, *slash;
	struct stat st;
	int fd;

	strcpy(rest, p->rest);
	for (; *name; name = slash) {
		slash = name + strcspn(name, "/");
		if (!*slash && !last)
			break;
		if (*slash)
			*slash++ = '\0';
		if (mkdirat(p->fd, name, 0700) && errno != EEXIST)
			return refuse(p, errno, "make %s of %s: %s", name,
				      p->path, strerror(errno));
		fd = openat(p->fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW |
					 O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) || !place_roots_own(&st)) {
			if (fd >= 0)
				close(fd);
			return refuse(p, EPERM, "somebody else has made %s of %s meanwhile",
				      name, p->path);
		}
		if (p->parent >= 0)
			close(p->parent);
		p->parent = p->fd;
		p->fd = fd;
	}
	memmove(p->rest, p->rest + (name - rest), strlen(name) + 1);
	return 0;
}

int place_read(const struct place *p, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", p->fd);
	fd = open(path, flags | O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
