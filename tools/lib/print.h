/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - one column table for text, JSON and tabs
 */
#ifndef _VZCTX_LIB_PRINT_H
#define _VZCTX_LIB_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a cell holds decides how each output writes it. */
enum cell_kind {
	CELL_NONE,	/* @s, or "-"; JSON null */
	CELL_WORD,
	CELL_NUMBER,
	CELL_LIMIT,	/* a number; text says "unlimited", JSON null */
	CELL_SECONDS,	/* a number; text says 1d02:03:04 */
	CELL_SCALED,	/* a number in a unit; text says 1.5M or "unlimited", JSON null */
	CELL_PERCENT,	/* a number; text adds % */
	CELL_HUNDREDTHS,	/* hundredths: 0.25 */
	CELL_PERCENT2,	/* hundredths: 0.25; text adds % */
};

struct cell {
	enum cell_kind kind;
	uint64_t n;
	const char *s;	/* CELL_WORD, CELL_NONE: valid while the row is */
	uint32_t unit;	/* CELL_SCALED: enum vzctx_unit */
	bool alarm;	/* red, where there are colours */
};

/** struct column - the name is the JSON key and, upper case, the heading */
struct column {
	const char *name;
	const char *help;
	bool number;	/* right-aligned, and a number in JSON */
	struct cell (*get)(const void *row);
};

enum print_mode { PRINT_TEXT, PRINT_JSON, PRINT_TABS };

/** struct out - what the options of list, show and limit say about output */
struct out {
	enum print_mode mode;
	bool noheadings;
	const char *columns;	/* -o, or NULL for the default ones */
	size_t screen;		/* lines the table may have; 0: as many as it has */
	const char *head;	/* JSON members in front of the array, or NULL */
};

/** Options every table-printing verb has; see out_option(). */
#define PRINT_SHORT	"o:"
#define PRINT_LONG						\
	{ "json", no_argument, NULL, 'J' },			\
	{ "parsable", no_argument, NULL, 'P' },			\
	{ "noheadings", no_argument, NULL, 'n' },		\
	{ "output", required_argument, NULL, 'o' }
#define PRINT_HELP						\
	"  -o, --output COL,COL  choose columns\n"		\
	"      --json            JSON, raw integers\n"		\
	"      --parsable        tab separated, raw integers\n"	\
	"      --noheadings      no line of headings\n"

/** Return: true if @opt was one of PRINT_LONG's. */
bool out_option(struct out *o, int opt, const char *arg);

/** How wide the terminal on standard output is; 80 where there is none. */
unsigned int print_width(void);

/** How many lines it has; 0 where there is none. */
unsigned int print_height(void);

/** "Columns:" and one line per column, for --help. */
void print_columns(const struct column *cols, size_t n);

/**
 * print_check - whether every column asked for exists
 *
 * Return: true, or false after telling the user the names there are.
 */
bool print_check(const struct out *o, const struct column *cols, size_t n,
		 const char *verb);

/**
 * print_table - prints @nrow rows of @size bytes each
 * @what: the name of the JSON array
 * @def: columns shown without -o; on a terminal as many of them as fit beside
 *	one another, from the first on
 *
 * Return: 0 or -errno.
 */
int print_table(const struct out *o, const char *what,
		const struct column *cols, size_t n, const char *def,
		const void *rows, size_t nrow, size_t size);

#endif /* _VZCTX_LIB_PRINT_H */
