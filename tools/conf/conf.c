// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - /etc/vz/conf/CTID.conf
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/confline.h"
#include "lib/parse.h"

/* Where other users cannot open it: who can, can hold a lock for ever. */
#define LOCK_DIR	"/run/vzctx"
#define LOCK_TRIES	500
#define LOCK_PAUSE_MS	20

#define RETIRED	".conf.destroyed"

void (*conf_unread)(const char *path, int err);

struct conf {
	struct line *first;
	char *path;	/* NULL: not from a file */
};

void conf_path(uint32_t ctid, char *buf, unsigned int size)
{
	snprintf(buf, size, CONF_DIR "/%u.conf", ctid);
}

struct conf *conf_new(void)
{
	return calloc(1, sizeof(struct conf));
}

void conf_free(struct conf *c)
{
	struct line *next;

	for (struct line *l = c ? c->first : NULL; l; l = next) {
		next = l->next;
		free(l);
	}
	free(c ? c->path : NULL);
	free(c);
}

/* Return: 0 or an errno. */
static int read_lines(FILE *f, struct conf *c)
{
	struct line **end = &c->first;
	unsigned int number = 0;
	char *buf = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	while (!err && (len = getline(&buf, &size, f)) >= 0) {
		if (len && buf[len - 1] == '\n')
			buf[len - 1] = '\0';
		*end = line_new(buf);
		if (!*end) {
			err = ENOMEM;
			continue;
		}
		(*end)->number = ++number;
		end = &(*end)->next;
	}
	if (!err && ferror(f))
		err = EIO;
	free(buf);
	return err;
}

struct conf *conf_load_path(const char *path)
{
	struct conf *c;
	struct stat st;
	int fd, err;
	FILE *f;

	/* A FIFO in its place must not be waited for. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	f = fdopen(fd, "r");
	if (!f || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		err = f ? S_ISDIR(st.st_mode) ? EISDIR : EINVAL : ENOMEM;
		if (f)
			fclose(f);
		else
			close(fd);
		errno = err;
		return NULL;
	}
	c = conf_new();
	if (c)
		c->path = strdup(path);
	err = c && c->path ? read_lines(f, c) : ENOMEM;
	fclose(f);
	if (err) {
		conf_free(c);
		errno = err;
		return NULL;
	}
	return c;
}

struct conf *conf_load(uint32_t ctid)
{
	char path[64];

	conf_path(ctid, path, sizeof(path));
	return conf_load_path(path);
}

const char *conf_file(const struct conf *c)
{
	return c->path;
}

const char *conf_get(const struct conf *c, const char *key)
{
	for (const struct line *l = c->first; l; l = l->next)
		if (l->key && !strcmp(l->key, key))
			return l->value;
	return NULL;
}

int conf_set(struct conf *c, const char *key, const char *value)
{
	struct line **at = &c->first, *fresh, *old;
	bool placed = false;
	char *text;

	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f ||
		    strchr("\"$`\\", *p))
			return -EINVAL;
	if (asprintf(&text, "%s=\"%s\"", key, value) < 0)
		return -ENOMEM;
	fresh = line_new(text);
	free(text);
	if (!fresh)
		return -ENOMEM;

	/* The first occurrence makes way, further ones only vanish. */
	while ((old = *at)) {
		if (!old->key || strcmp(old->key, key)) {
			at = &old->next;
			continue;
		}
		*at = old->next;
		free(old);
		if (placed)
			continue;
		fresh->next = *at;
		*at = fresh;
		at = &fresh->next;
		placed = true;
	}
	if (!placed)
		*at = fresh;
	return 0;
}

int conf_each_key(const struct conf *c,
		  int (*fn)(const char *key, const char *value, void *arg),
		  void *arg)
{
	int ret = 0;

	for (const struct line *l = c->first; !ret && l; l = l->next)
		if (l->key && conf_get(c, l->key) == l->value)
			ret = fn(l->key, l->value, arg);
	return ret;
}

void conf_each_line(const struct conf *c,
		    void (*fn)(const struct conf_line *l, void *arg), void *arg)
{
	for (const struct line *l = c->first; l; l = l->next) {
		const struct conf_line line = {
			.path = c->path, .number = l->number, .text = l->text,
			.key = l->key, .value = l->value,
		};

		if (l->number)
			fn(&line, arg);
	}
}

void conf_unset(struct conf *c, const char *key)
{
	struct line **at = &c->first, *old;

	while ((old = *at)) {
		if (!old->key || strcmp(old->key, key)) {
			at = &old->next;
			continue;
		}
		*at = old->next;
		free(old);
	}
}

/* The name is the same every time: what a killed writer left is used up. */
static int save_path(const struct conf *c, const char *path)
{
	char tmp[96];
	int dir, fd, ret = 0;
	FILE *f;

	snprintf(tmp, sizeof(tmp), "%s.new", path);
	dir = open(CONF_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0) {
		ret = -errno;
		goto out_dir;
	}
	f = fdopen(fd, "w");
	if (!f) {
		ret = -errno;
		close(fd);
		goto err_tmp;
	}
	for (const struct line *l = c->first; l; l = l->next)
		fprintf(f, "%s\n", l->text);
	if (fflush(f) || ferror(f) || fchmod(fd, 0644) || fsync(fd))
		ret = errno ? -errno : -EIO;
	if (fclose(f) && !ret)
		ret = -errno;
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (!ret) {
		if (fsync(dir))
			ret = -errno;
		goto out_dir;
	}
err_tmp:
	unlink(tmp);
out_dir:
	close(dir);
	return ret;
}

int conf_save(const struct conf *c, uint32_t ctid)
{
	char path[64];

	conf_path(ctid, path, sizeof(path));
	return save_path(c, path);
}

int conf_retire(const struct conf *c, uint32_t ctid)
{
	char path[64], to[80];
	int dir, ret;

	conf_path(ctid, path, sizeof(path));
	snprintf(to, sizeof(to), CONF_DIR "/%u" RETIRED, ctid);
	ret = save_path(c, to);
	if (ret)
		return ret;
	dir = open(CONF_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	snprintf(to, sizeof(to), "%s.new", path);
	unlink(to);
	if (unlink(path) || fsync(dir))
		ret = -errno;
	close(dir);
	return ret;
}

int conf_lock(void)
{
	const struct timespec pause = { 0, LOCK_PAUSE_MS * 1000000L };
	int fd, err = 0;

	if ((mkdir("/etc/vz", 0755) && errno != EEXIST) ||
	    (mkdir(CONF_DIR, 0755) && errno != EEXIST) ||
	    (mkdir(LOCK_DIR, 0700) && errno != EEXIST))
		return -errno;
	fd = open(LOCK_DIR "/conf", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return -errno;
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return fd;
		err = errno;
		if (err != EWOULDBLOCK)
			break;
		nanosleep(&pause, NULL);
	}
	close(fd);
	return err == EWOULDBLOCK ? -EBUSY : -err;
}

bool conf_id_base(const struct conf *c, uint32_t *base)
{
	const char *u = conf_get(c, "LOCAL_UID"), *g = conf_get(c, "LOCAL_GID");
	uint64_t uid, gid;

	if (!u || !g || !parse_u64(u, UINT32_MAX - ID_COUNT, &uid) ||
	    !parse_u64(g, UINT32_MAX - ID_COUNT, &gid) || uid != gid)
		return false;
	*base = uid;
	return true;
}

/* Of each file called CTID@suffix. */
static int each(const char *suffix,
		int (*fn)(uint32_t ctid, const struct conf *c, void *arg),
		void *arg)
{
	DIR *d = opendir(CONF_DIR);
	char path[sizeof(CONF_DIR) + NAME_MAX + 2], word[16];
	struct dirent *e;
	int ret = 0;

	if (!d)
		return errno == ENOENT ? 0 : -errno;
	while (!ret && (e = readdir(d))) {
		size_t len = strcspn(e->d_name, ".");
		struct conf *c;
		uint32_t ctid;

		if (len >= sizeof(word) || strcmp(e->d_name + len, suffix))
			continue;
		memcpy(word, e->d_name, len);
		word[len] = '\0';
		if (!parse_ctid(word, &ctid))
			continue;
		snprintf(path, sizeof(path), CONF_DIR "/%s", e->d_name);
		c = conf_load_path(path);
		/* A file that vanished between the two calls is no file. */
		if (!c && errno == ENOENT)
			continue;
		if (!c && conf_unread)
			conf_unread(path, errno);
		ret = fn(ctid, c, arg);
		conf_free(c);
	}
	closedir(d);
	return ret;
}

int conf_each(int (*fn)(uint32_t ctid, const struct conf *c, void *arg),
	      void *arg)
{
	return each(".conf", fn, arg);
}

int conf_each_destroyed(int (*fn)(uint32_t ctid, const struct conf *c, void *arg),
			void *arg)
{
	return each(RETIRED, fn, arg);
}
