// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - one column table for text, JSON and tabs
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/layout.h"
#include "lib/msg.h"
#include "lib/parse.h"
#include "lib/print.h"

bool out_option(struct out *o, int opt, const char *arg)
{
	switch (opt) {
	case 'J': o->mode = PRINT_JSON; return true;
	case 'P': o->mode = PRINT_TABS; return true;
	case 'n': o->noheadings = true; return true;
	case 'o': o->columns = arg; return true;
	default: return false;
	}
}

void print_columns(const struct column *cols, size_t n)
{
	printf("Columns:\n");
	for (size_t i = 0; i < n; i++)
		printf("  %-10s %s\n", cols[i].name, cols[i].help);
}

/*
 * Splits a comma separated list.
 * Return: how many, or -1 with @bad the first word that names no column.
 */
static int choose(const char *list, const struct column *cols, size_t n,
		  const struct column **chosen, char *bad, size_t size)
{
	int count = 0;

	while (*list) {
		size_t len = strcspn(list, ","), i;

		for (i = 0; i < n; i++)
			if (!strncmp(cols[i].name, list, len) &&
			    !cols[i].name[len])
				break;
		if (i == n || count == LAYOUT_COLUMNS) {
			snprintf(bad, size, "%.*s", (int)len, list);
			return -1;
		}
		chosen[count++] = &cols[i];
		list += len;
		list += *list == ',';
	}
	return count;
}

struct names {
	const struct column *cols;
	size_t n;
};

static const char *column_name(size_t i, const void *arg)
{
	const struct names *names = arg;

	return i < names->n ? names->cols[i].name : NULL;
}

bool print_check(const struct out *o, const struct column *cols, size_t n,
		 const char *verb)
{
	const struct column *chosen[LAYOUT_COLUMNS];
	char bad[64];

	if (!o->columns ||
	    choose(o->columns, cols, n, chosen, bad, sizeof(bad)) > 0)
		return true;
	if (!*o->columns)
		snprintf(bad, sizeof(bad), "(empty)");
	msg_usage(verb, "no column %s", bad);
	msg_names("columns are:", column_name, &(struct names){ cols, n });
	return false;
}

static void format_seconds(uint64_t s, char *buf, size_t size)
{
	uint64_t d = s / 86400;
	unsigned int h = s / 3600 % 24, m = s / 60 % 60, sec = s % 60;

	if (d)
		snprintf(buf, size, "%" PRIu64 "d%02u:%02u:%02u", d, h, m, sec);
	else
		snprintf(buf, size, "%02u:%02u:%02u", h, m, sec);
}

/* See VZCTX_COLOR in vzctx(8). */
static bool colours(void)
{
	const char *word = getenv("VZCTX_COLOR");

	if (word && !strcmp(word, "always"))
		return true;
	if ((word && !strcmp(word, "never")) || getenv("NO_COLOR"))
		return false;
	return isatty(STDOUT_FILENO);
}

unsigned int print_width(void)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || !ws.ws_col)
		return 80;
	return ws.ws_col;
}

unsigned int print_height(void)
{
	struct winsize ws;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) ? 0 : ws.ws_row;
}

/* How many of @nrow rows there is room for, a line being kept for the rest. */
static size_t clip(const struct out *o, size_t nrow)
{
	size_t head = !o->noheadings, room;

	if (!o->screen || nrow + head <= o->screen)
		return nrow;
	room = o->screen > head + 1 ? o->screen - head - 1 : 1;
	return room < nrow ? room : nrow;
}

/* Return: NULL for JSON's null. */
static const char *format(const struct cell *c, enum print_mode mode, char *buf,
			  size_t size)
{
	/* 2^63-1 is more than most readers of JSON can tell from its neighbours. */
	if (mode == PRINT_JSON && c->n == VZCTX_UNLIMITED &&
	    (c->kind == CELL_LIMIT || c->kind == CELL_SCALED))
		return NULL;
	switch (c->kind) {
	case CELL_WORD:
		return c->s && *c->s ? c->s : mode == PRINT_JSON ? NULL : "-";
	case CELL_LIMIT:
		if (mode == PRINT_TEXT) {
			format_amount(c->n, buf, size);
			return buf;
		}
		break;
	case CELL_SECONDS:
		if (mode == PRINT_TEXT) {
			format_seconds(c->n, buf, size);
			return buf;
		}
		break;
	case CELL_SCALED:
		if (mode == PRINT_TEXT) {
			format_scaled(c->n, c->unit, buf, size);
			return buf;
		}
		break;
	case CELL_PERCENT:
		if (mode == PRINT_TEXT) {
			snprintf(buf, size, "%" PRIu64 "%%", c->n);
			return buf;
		}
		break;
	case CELL_HUNDREDTHS:
	case CELL_PERCENT2:
		snprintf(buf, size, "%" PRIu64 ".%02" PRIu64 "%s", c->n / 100,
			 c->n % 100,
			 c->kind == CELL_PERCENT2 && mode == PRINT_TEXT ? "%" : "");
		return buf;
	case CELL_NUMBER:
		break;
	case CELL_NONE:
		return mode == PRINT_JSON ? NULL : c->s ? c->s : "-";
	}
	snprintf(buf, size, "%" PRIu64, c->n);
	return buf;
}

/* The one column that may be longer than any terminal is wide: it is cut. */
static bool is_cut(const struct column *col)
{
	return !strcmp(col->name, "note");
}

static void set_column(struct layout_column *to, const struct out *o,
		       const struct column *col)
{
	size_t i;

	for (i = 0; col->name[i] && i + 1 < sizeof(to->head); i++)
		to->head[i] = o->mode == PRINT_JSON ? col->name[i] :
			      toupper((unsigned char)col->name[i]);
	to->right = to->number = col->number;
	to->cut = is_cut(col);
}

/*
 * How many of the chosen columns fit beside one another, the one that is cut with
 * its heading at least. What a cell holds is ASCII.
 */
static int fitting(const struct column **chosen, int count, const void *rows,
		   size_t nrow, size_t size)
{
	unsigned int room = print_width(), at = 0;
	int n;

	for (n = 0; n < count; n++) {
		size_t width = strlen(chosen[n]->name);

		for (size_t r = 0; r < nrow && !is_cut(chosen[n]); r++) {
			struct cell c = chosen[n]->get((const char *)rows + r * size);
			char buf[64];
			const char *s = format(&c, PRINT_TEXT, buf, sizeof(buf));

			width = strlen(s) > width ? strlen(s) : width;
		}
		at += width + !!n;
		if (at > room)
			break;
	}
	return n ?: 1;
}

static int set_row(struct layout_cell *to, const struct out *o,
		   const struct column **chosen, int count, const void *row)
{
	char buf[64];

	for (int i = 0; i < count; i++) {
		struct cell c = chosen[i]->get(row);
		const char *s = format(&c, o->mode, buf, sizeof(buf));

		to[i].text = s ? strdup(s) : NULL;
		if (s && !to[i].text)
			return -ENOMEM;
		to[i].red = c.alarm;
	}
	return 0;
}

static void write_out(const struct layout *l, const struct out *o, const char *what)
{
	switch (o->mode) {
	case PRINT_TEXT: layout_text(l); break;
	case PRINT_TABS: layout_tabs(l); break;
	case PRINT_JSON: layout_json(l, what, o->head); break;
	}
}

int print_table(const struct out *o, const char *what,
		const struct column *cols, size_t n, const char *def,
		const void *rows, size_t nrow, size_t size)
{
	const struct column *chosen[LAYOUT_COLUMNS];
	size_t shown = clip(o, nrow);
	struct layout l = {
		.nrow = shown, .noheadings = o->noheadings,
		.colours = colours(),
		.width = isatty(STDOUT_FILENO) ? print_width() : 0,
	};
	int count, ret = 0;
	char bad[64];

	count = choose(o->columns ? o->columns : def, cols, n, chosen, bad,
		       sizeof(bad));
	if (count < 0)
		return -EINVAL;
	if (!o->columns && o->mode == PRINT_TEXT && isatty(STDOUT_FILENO))
		count = fitting(chosen, count, rows, shown, size);
	/* Without it bytes would be taken for columns. */
	layout_locale();
	l.ncol = count;
	l.cell = calloc(shown * count + 1, sizeof(*l.cell));
	if (!l.cell)
		return -ENOMEM;
	for (int i = 0; i < count; i++)
		set_column(&l.col[i], o, chosen[i]);
	for (size_t r = 0; !ret && r < shown; r++)
		ret = set_row(&l.cell[r * count], o, chosen, count,
			      (const char *)rows + r * size);
	if (!ret)
		write_out(&l, o, what);
	if (!ret && shown < nrow)
		printf("(%zu more)\n", nrow - shown);
	layout_free(&l);
	return ret;
}
