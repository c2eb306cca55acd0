// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what is mounted in the caller's mount namespace
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tree/mounts.h"

#define MOUNTINFO	"/proc/self/mountinfo"
#define FIRST_SIZE	8192

/* The whole file, a string to be freed. */
static char *read_all(void)
{
	int fd = open(MOUNTINFO, O_RDONLY | O_CLOEXEC);
	size_t size = FIRST_SIZE, len = 0;
	char *text = NULL, *more;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0) {
		if (!text || len + 1 == size) {
			size *= 2;
			more = realloc(text, size);
			if (!more) {
				n = -1;
				break;
			}
			text = more;
		}
		n = read(fd, text + len, size - len - 1);
		len += n > 0 ? n : 0;
	}
	if (fd >= 0)
		close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

static int octal(const char *s)
{
	int v = 0;

	for (int i = 0; i < 3; i++) {
		if (s[i] < '0' || s[i] > '7')
			return -1;
		v = v << 3 | (s[i] - '0');
	}
	return v;
}

/* Blanks and backslashes are written as \ooo; what is read is never longer. */
static void unescape(char *s)
{
	char *to = s;

	while (*s) {
		int c = *s == '\\' ? octal(s + 1) : -1;

		*to++ = c < 0 ? *s : c;
		s += c < 0 ? 1 : 4;
	}
	*to = '\0';
}

static char *word(char **at)
{
	char *w = strsep(at, " ");

	if (w)
		unescape(w);
	return w;
}

/* ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS [TAG...] - TYPE SOURCE OPTIONS */
static int parse(char *line, struct mount *m)
{
	unsigned int major, minor;
	char *rest = strstr(line, " - "), *at = line, *id, *dev;

	if (!rest)
		return -1;
	*rest = '\0';
	rest += 3;
	id = word(&at);
	word(&at);
	dev = word(&at);
	m->root = word(&at);
	m->target = word(&at);
	m->type = word(&rest);
	if (!m->target || !m->type || sscanf(dev, "%u:%u", &major, &minor) != 2)
		return -1;
	m->id = atoi(id);
	m->dev = makedev(major, minor);
	return 0;
}

struct mounts *mounts_read(void)
{
	struct mounts *m = calloc(1, sizeof(*m));
	char *at, *line;
	size_t lines = 1;

	if (m)
		m->text = read_all();
	for (at = m ? m->text : NULL; at && *at; at++)
		lines += *at == '\n';
	if (m && m->text)
		m->v = calloc(lines, sizeof(*m->v));
	if (!m || !m->v) {
		mounts_free(m);
		return NULL;
	}
	at = m->text;
	while ((line = strsep(&at, "\n")))
		if (!parse(line, &m->v[m->n]))
			m->n++;
	return m;
}

void mounts_free(struct mounts *m)
{
	if (!m)
		return;
	free(m->v);
	free(m->text);
	free(m);
}

const struct mount *mounts_by_id(const struct mounts *m, int id)
{
	for (size_t i = 0; m && i < m->n; i++)
		if (m->v[i].id == id)
			return &m->v[i];
	return NULL;
}
