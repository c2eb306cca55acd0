// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what an image says to run, for people
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/parse.h"
#include "template/imgrun.h"

struct text {
	char *buf;
	size_t size, used;
	bool full;
};

static void add(struct text *t, const char *s)
{
	size_t len = strlen(s);

	if (t->full || t->used + len + sizeof(" ...") > t->size) {
		t->full = true;
		return;
	}
	memcpy(t->buf + t->used, s, len + 1);
	t->used += len;
}

/* As a word for a shell that shows nothing but printable ASCII. */
static void add_word(struct text *t, const char *word)
{
	bool plain = *word, simple = true;
	size_t at = t->used;

	for (const char *p = word; *p; p++) {
		unsigned char c = *p;

		if (!isalnum(c) && !strchr("_@%+=:,./-", c))
			plain = false;
		if (c < ' ' || c >= 0x7f || c == '\'' || c == '\\')
			simple = false;
	}
	if (at)
		add(t, " ");
	if (!plain)
		add(t, simple ? "'" : "$'");
	for (const char *p = word; *p; p++) {
		unsigned char c = *p;
		char piece[8];

		if (!simple && (c < ' ' || c >= 0x7f || c == '\'' || c == '\\'))
			snprintf(piece, sizeof(piece), "\\x%02x", c);
		else
			snprintf(piece, sizeof(piece), "%c", c);
		add(t, piece);
	}
	if (!plain)
		add(t, "'");
	/* Never half a word: that would be another command. */
	if (t->full) {
		t->used = at;
		strcpy(t->buf + at, at ? " ..." : "...");
	}
}

static void add_words(struct text *t, const json_t *list)
{
	const json_t *word;
	size_t i;

	json_array_foreach(list, i, word)
		if (!t->full && json_is_string(word))
			add_word(t, json_string_value(word));
}

void imgrun_fill(struct image_run *run, const json_t *config)
{
	const json_t *c = json_object_get(config, "config");
	const char *user = json_string_value(json_object_get(c, "User"));
	const char *dir = json_string_value(json_object_get(c, "WorkingDir"));
	struct text t = { .buf = run->command, .size = sizeof(run->command) };

	*run = (struct image_run){ .image = true };
	add_words(&t, json_object_get(c, "Entrypoint"));
	add_words(&t, json_object_get(c, "Cmd"));
	escape(user ?: "", run->user, sizeof(run->user));
	escape(dir ?: "", run->directory, sizeof(run->directory));
}
