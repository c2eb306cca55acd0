// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - lines of a configuration that do not mean what they say
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/confkey.h"
#include "conf/confwarn.h"
#include "conf/globalconf.h"

/* A line of people's is told as far as it goes. */
#define SHOWN	200

/* One file that is looked at. */
struct look {
	const struct conf *conf;
	struct report *report;
};

static void __attribute__((format(printf, 3, 4)))
warn(const struct look *at, const struct conf_line *l, const char *fmt, ...)
{
	char text[3 * SHOWN];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	report_note(at->report, "warning at %s:%u: %s", l->path, l->number, text);
}

struct first {
	const char *key;
	unsigned int number;
};

static void find(const struct conf_line *l, void *arg)
{
	struct first *f = arg;

	if (!f->number && l->key && !strcmp(l->key, f->key))
		f->number = l->number;
}

static bool is_empty(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return !*text || *text == '#';
}

static bool above_limit(const char *barlim)
{
	uint64_t bar, lim;

	return parse_barlim(barlim, VZCTX_UNIT_ITEMS, &bar, &lim) && bar > lim;
}

static void look_at_value(const struct look *at, const struct conf_line *l)
{
	char out[SETVAL_SIZE], value[SHOWN];

	printable(l->value, value, sizeof(value));
	switch (confkey_read(l->key, l->value, out)) {
	case READ_NOT:
		warn(at, l, "%s=\"%s\" cannot be read, the line has no effect",
		     l->key, value);
		break;
	case READ_CUT:
		warn(at, l, "%s=\"%s\" is too large, it is taken as %s", l->key,
		     value, out);
		break;
	case READ_OK:
		if (confkey_is_limit(l->key) && above_limit(out))
			warn(at, l, "%s=\"%s\": the barrier is above the limit, which holds for both",
			     l->key, value);
		break;
	}
}

static void look_at(const struct conf_line *l, void *arg)
{
	const struct look *at = arg;
	struct first first = { .key = l->key };
	char text[SHOWN];

	if (!l->key) {
		printable(l->text, text, sizeof(text));
		if (!is_empty(l->text))
			warn(at, l, "\"%s\" is no KEY=\"VALUE\", the line has no effect",
			     text);
		return;
	}
	conf_each_line(at->conf, find, &first);
	if (first.number < l->number)
		warn(at, l, "%s stands in line %u already, this one has no effect",
		     l->key, first.number);
	else if (!confkey_known(l->key))
		warn(at, l, "%s is no key that is known, the line has no effect",
		     l->key);
	else
		look_at_value(at, l);
}

static void warn_once(const struct conf *c, struct report *report)
{
	static struct told {
		struct told *next;
		char path[];
	} *all;
	struct look at = { c, report };
	const char *path = conf_file(c);
	struct told *t;

	for (t = all; t && path && strcmp(t->path, path); t = t->next)
		;
	if (!path || t)
		return;
	t = malloc(sizeof(*t) + strlen(path) + 1);
	if (t) {
		strcpy(t->path, path);
		t->next = all;
		all = t;
	}
	conf_each_line(c, look_at, &at);
}

void conf_warn(const struct conf *c, struct report *report)
{
	if (!report || !report->hear)
		return;
	if (globalconf_file())
		warn_once(globalconf_file(), report);
	if (c)
		warn_once(c, report);
}
