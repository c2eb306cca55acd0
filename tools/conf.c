// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - /etc/vz/conf/CTID.conf
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "parse.h"

/* One line: its text without the newline, and what it assigns, if anything. */
struct line {
	char *text, *key, *value;
};

struct conf {
	struct line *v;
	size_t n;
};

void conf_path(uint32_t ctid, char *buf, unsigned int size)
{
	snprintf(buf, size, CONF_DIR "/%u.conf", ctid);
}

static void line_free(struct line *l)
{
	free(l->text);
	free(l->key);
	free(l->value);
}

/* Splits KEY=value, KEY="value", KEY='value'; leaves key NULL otherwise. */
static int line_parse(struct line *l)
{
	const char *p = l->text, *end;
	size_t len;

	while (*p == ' ' || *p == '\t')
		p++;
	for (len = 0; isalnum((unsigned char)p[len]) || p[len] == '_'; len++)
		;
	if (!len || p[len] != '=' || isdigit((unsigned char)*p))
		return 0;
	end = p + len + 1;
	if (*end == '"' || *end == '\'') {
		const char *close = strchr(end + 1, *end);

		if (!close)
			return 0;
		l->value = strndup(end + 1, close - end - 1);
	} else {
		l->value = strndup(end, strcspn(end, " \t\r#"));
	}
	l->key = strndup(p, len);
	return l->key && l->value ? 0 : -ENOMEM;
}

/* Takes over @text. */
static int add_line(struct conf *c, char *text)
{
	struct line *v = realloc(c->v, (c->n + 1) * sizeof(*v));
	int ret;

	if (!v || !text) {
		if (v)
			c->v = v;
		free(text);
		return -ENOMEM;
	}
	c->v = v;
	v[c->n] = (struct line){ .text = text };
	ret = line_parse(&v[c->n]);
	c->n++;
	return ret;
}

struct conf *conf_new(void)
{
	return calloc(1, sizeof(struct conf));
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		line_free(&c->v[i]);
	free(c->v);
	free(c);
}

struct conf *conf_load(uint32_t ctid)
{
	char path[64], *buf = NULL;
	struct conf *c;
	size_t size = 0;
	ssize_t len;
	int err = 0;
	FILE *f;

	conf_path(ctid, path, sizeof(path));
	f = fopen(path, "re");
	if (!f)
		return NULL;
	c = conf_new();
	if (!c)
		err = ENOMEM;
	while (!err && (len = getline(&buf, &size, f)) >= 0) {
		if (len && buf[len - 1] == '\n')
			buf[len - 1] = '\0';
		err = -add_line(c, strdup(buf));
	}
	if (!err && ferror(f))
		err = EIO;
	free(buf);
	fclose(f);
	if (err) {
		conf_free(c);
		errno = err;
		return NULL;
	}
	return c;
}

const char *conf_get(const struct conf *c, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].key && !strcmp(c->v[i].key, key))
			return c->v[i].value;
	return NULL;
}

int conf_set(struct conf *c, const char *key, const char *value)
{
	struct line fresh = { 0 };
	bool placed = false;
	size_t out = 0;

	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f ||
		    strchr("\"$`\\", *p))
			return -EINVAL;
	if (asprintf(&fresh.text, "%s=\"%s\"", key, value) < 0)
		return -ENOMEM;
	if (line_parse(&fresh)) {
		line_free(&fresh);
		return -ENOMEM;
	}

	for (size_t i = 0; i < c->n; i++) {
		if (!c->v[i].key || strcmp(c->v[i].key, key)) {
			c->v[out++] = c->v[i];
			continue;
		}
		line_free(&c->v[i]);
		if (!placed)
			c->v[out++] = fresh;
		placed = true;
	}
	c->n = out;
	if (placed)
		return 0;
	out = add_line(c, fresh.text);
	fresh.text = NULL;
	line_free(&fresh);
	return (int)out;
}

int conf_save(const struct conf *c, uint32_t ctid)
{
	char path[64], tmp[80];
	int dir, fd, ret = 0;
	FILE *f;

	conf_path(ctid, path, sizeof(path));
	snprintf(tmp, sizeof(tmp), "%s.XXXXXX", path);
	dir = open(CONF_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	fd = mkostemp(tmp, O_CLOEXEC);
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
	for (size_t i = 0; i < c->n; i++)
		fprintf(f, "%s\n", c->v[i].text);
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

int conf_lock(void)
{
	int fd;

	if ((mkdir("/etc/vz", 0755) && errno != EEXIST) ||
	    (mkdir(CONF_DIR, 0755) && errno != EEXIST))
		return -errno;
	fd = open(CONF_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX)) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	return fd;
}

void conf_private(const struct conf *c, uint32_t ctid, char *buf,
		  unsigned int size)
{
	const char *p = conf_get(c, "VE_PRIVATE");
	size_t n = 0;

	if (!p || !*p)
		p = PRIVATE_DIR "/$VEID";
	buf[0] = '\0';
	while (*p && n + 1 < size) {
		size_t skip = !strncmp(p, "$VEID", 5) ? 5 :
			      !strncmp(p, "${VEID}", 7) ? 7 : 0;

		if (skip) {
			n += snprintf(buf + n, size - n, "%u", ctid);
			p += skip;
		} else {
			buf[n++] = *p++;
			buf[n] = '\0';
		}
	}
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

int conf_each(int (*fn)(uint32_t ctid, const struct conf *c, void *arg),
	      void *arg)
{
	DIR *d = opendir(CONF_DIR);
	struct dirent *e;
	int ret = 0;

	if (!d)
		return errno == ENOENT ? 0 : -errno;
	while (!ret && (e = readdir(d))) {
		char *dot = strstr(e->d_name, ".conf"), word[16];
		struct conf *c;
		uint32_t ctid;

		if (!dot || dot[5] || dot - e->d_name >= (long)sizeof(word))
			continue;
		memcpy(word, e->d_name, dot - e->d_name);
		word[dot - e->d_name] = '\0';
		if (!parse_ctid(word, &ctid))
			continue;
		c = conf_load(ctid);
		/* A file that vanished between the two calls is no file. */
		if (!c && errno == ENOENT)
			continue;
		ret = c ? fn(ctid, c, arg) : -errno;
		conf_free(c);
	}
	closedir(d);
	return ret;
}
