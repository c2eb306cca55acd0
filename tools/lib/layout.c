// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - cells as a table, as JSON, or between tabs
 */
#include <jansson.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "lib/layout.h"
#include "lib/parse.h"

#define RED	"\033[31m"
#define PLAIN	"\033[0m"

/** struct step - one character of a text, as it is written */
struct step {
	int bytes;		/* of the text that it is */
	unsigned int columns;
	bool plain;		/* written as it is; otherwise its one byte as \xHH */
};

/*
 * UTF-8 and C's own characters are in the C library. For those of another locale it
 * loads a module, which is another version's than a static program's, and ends it.
 */
void layout_locale(void)
{
	if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8"))
		setlocale(LC_CTYPE, "C");
}

static struct step next(const char *s, mbstate_t *state)
{
	size_t len;
	wchar_t c;
	int width;

	/* Or it would be taken for a byte that was written so. */
	if (s[0] == '\\' && s[1] == 'x')
		return (struct step){ 1, 4, false };
	len = mbrtowc(&c, s, strlen(s), state);
	if (len + 2 < 2) {
		*state = (mbstate_t){ 0 };
		return (struct step){ 1, 4, false };
	}
	width = iswprint(c) ? wcwidth(c) : -1;
	/* Byte by byte, each of them is a step of its own. */
	if (width < 0) {
		*state = (mbstate_t){ 0 };
		return (struct step){ 1, 4, false };
	}
	return (struct step){ len, width, true };
}

static unsigned int width_of(const char *s)
{
	mbstate_t state = { 0 };
	unsigned int columns = 0;

	while (*s) {
		struct step st = next(s, &state);

		columns += st.columns;
		s += st.bytes;
	}
	return columns;
}

/* Return: how many columns were filled, at most @most. */
static unsigned int put(const char *s, unsigned int most)
{
	mbstate_t state = { 0 };
	unsigned int columns = 0;

	while (*s) {
		struct step st = next(s, &state);

		if (columns + st.columns > most)
			break;
		if (st.plain)
			fwrite(s, 1, st.bytes, stdout);
		else
			printf("\\x%02x", (unsigned char)*s);
		columns += st.columns;
		s += st.bytes;
	}
	return columns;
}

static const struct layout_cell *cell_of(const struct layout *l, size_t row, int col)
{
	return &l->cell[row * l->ncol + col];
}

static const char *text_of(const struct layout *l, size_t row, int col)
{
	return cell_of(l, row, col)->text ?: "";
}

/* What is too much goes from those that can be cut, down to their headings. */
static void shrink(const struct layout *l, unsigned int *width, unsigned int all)
{
	unsigned int over = all > l->width ? all - l->width : 0;
	bool cut = true;

	while (over && cut) {
		cut = false;
		for (int i = 0; over && i < l->ncol; i++) {
			if (!l->col[i].cut || width[i] <= strlen(l->col[i].head))
				continue;
			width[i]--;
			over--;
			cut = true;
		}
	}
}

static void find_widths(const struct layout *l, unsigned int *width)
{
	unsigned int all = l->ncol - 1;

	for (int i = 0; i < l->ncol; i++) {
		width[i] = strlen(l->col[i].head);
		for (size_t r = 0; r < l->nrow; r++) {
			unsigned int w = width_of(text_of(l, r, i));

			width[i] = w > width[i] ? w : width[i];
		}
		all += width[i];
	}
	if (l->width)
		shrink(l, width, all);
}

/* Behind the last column there are no blanks. */
static void put_cell(const char *s, bool red, bool right, bool last, unsigned int width)
{
	unsigned int has = width_of(s), pad = has < width ? width - has : 0;

	if (red)
		fputs(RED, stdout);
	if (right)
		printf("%*s", (int)pad, "");
	has = put(s, width);
	if (!right && !last)
		printf("%*s", (int)(width - has), "");
	if (red)
		fputs(PLAIN, stdout);
	putchar(last ? '\n' : ' ');
}

void layout_text(const struct layout *l)
{
	unsigned int width[LAYOUT_COLUMNS];

	find_widths(l, width);
	for (int i = 0; !l->noheadings && i < l->ncol; i++)
		put_cell(l->col[i].head, false, l->col[i].right, i + 1 == l->ncol,
			 width[i]);
	for (size_t r = 0; r < l->nrow; r++)
		for (int i = 0; i < l->ncol; i++)
			put_cell(text_of(l, r, i),
				 l->colours && cell_of(l, r, i)->red,
				 l->col[i].right, i + 1 == l->ncol, width[i]);
}

static void put_raw(const char *s)
{
	for (; *s; s++) {
		unsigned char c = *s;

		if (c > ' ' && c < 0x7f && c != '\\')
			putchar(c);
		else
			printf("\\x%02x", c);
	}
}

void layout_tabs(const struct layout *l)
{
	for (int i = 0; !l->noheadings && i < l->ncol; i++)
		printf("%s%c", l->col[i].head, i + 1 < l->ncol ? '\t' : '\n');
	for (size_t r = 0; r < l->nrow; r++) {
		for (int i = 0; i < l->ncol; i++) {
			put_raw(text_of(l, r, i));
			putchar(i + 1 < l->ncol ? '\t' : '\n');
		}
	}
}

void layout_string(const char *s, FILE *to)
{
	size_t size = 4 * strlen(s) + 1;
	json_t *j = json_string(s);
	char *plain = j ? NULL : malloc(size);

	/* What is no UTF-8 is no JSON string. */
	if (plain) {
		escape_bytes(s, plain, size);
		j = json_string(plain);
		free(plain);
	}
	if (!j || json_dumpf(j, to, JSON_ENCODE_ANY))
		fputs("null", to);
	json_decref(j);
}

void layout_json(const struct layout *l, const char *name, const char *members)
{
	printf("{\n");
	if (members)
		printf("   %s,\n", members);
	printf("   \"%s\": [\n", name);
	for (size_t r = 0; r < l->nrow; r++) {
		printf(r ? ",{\n" : "      {\n");
		for (int i = 0; i < l->ncol; i++) {
			const char *s = cell_of(l, r, i)->text;

			printf("         \"%s\": ", l->col[i].head);
			if (!s)
				printf("null");
			else if (l->col[i].number)
				printf("%s", s);
			else
				layout_string(s, stdout);
			printf(i + 1 < l->ncol ? ",\n" : "\n");
		}
		printf("      }");
	}
	printf("\n   ]\n}\n");
}

void layout_free(struct layout *l)
{
	for (size_t i = 0; l->cell && i < l->nrow * l->ncol; i++)
		free(l->cell[i].text);
	free(l->cell);
	l->cell = NULL;
}
