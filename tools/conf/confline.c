// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - one line of a configuration
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "conf/confline.h"

/* Spellings that vzctl 4 reads, and what they became. */
static const struct {
	const char *old, *key;
} spellings[] = {
	{ "DCACHE", "DCACHESIZE" },
	{ "IPTENTRIES", "NUMIPTENT" },
	{ "CPUUWEIGHT", "CPUWEIGHT" },
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Where a value without quotes ends: before a comment, and blanks at the end. */
static const char *plain_end(const char *from)
{
	const char *end = from;

	while (*end && !(*end == '#' && (end == from || blank(end[-1]))))
		end++;
	while (end > from && blank(end[-1]))
		end--;
	return end;
}

/* The end of a value in quotes; NULL if there is none, or more behind it. */
static const char *quoted_end(const char *from, char quote)
{
	const char *end = strchr(from, quote), *rest;

	for (rest = end ? end + 1 : NULL; rest && blank(*rest); rest++)
		;
	return rest && *rest && *rest != '#' ? NULL : end;
}

/*
 * Splits KEY=value, KEY="value", KEY='value'; leaves key NULL otherwise. Blanks
 * around a value mean nothing.
 */
static void line_parse(struct line *l, char *room)
{
	const char *p = l->text, *from, *end;
	size_t len;

	while (*p == ' ' || *p == '\t')
		p++;
	for (len = 0; isalnum((unsigned char)p[len]) || p[len] == '_'; len++)
		;
	if (!len || p[len] != '=' || isdigit((unsigned char)*p))
		return;
	from = p + len + 1;
	if (*from == '"' || *from == '\'') {
		end = quoted_end(from + 1, *from);
		if (!end)
			return;
		from++;
	} else {
		end = plain_end(from);
	}
	while (from < end && blank(*from))
		from++;
	while (end > from && blank(end[-1]))
		end--;
	l->key = memcpy(room, p, len);
	room[len] = '\0';
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
		if (!strcmp(l->key, spellings[i].old))
			l->key = spellings[i].key;
	room += len + 1;
	l->value = memcpy(room, from, end - from);
	room[end - from] = '\0';
}

struct line *line_new(const char *text)
{
	size_t len = strlen(text);
	/* Twice the line, and a zero for it, its key and its value. */
	struct line *l = calloc(1, sizeof(*l) + 2 * len + 3);

	if (!l)
		return NULL;
	memcpy(l->text, text, len + 1);
	line_parse(l, l->text + len + 1);
	return l;
}
