/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - cells as a table, as JSON, or between tabs
 *
 * As the tools of util-linux write them, whose library is not to be had for a program
 * that is linked statically.
 */
#ifndef _VZCTX_LIB_LAYOUT_H
#define _VZCTX_LIB_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define LAYOUT_COLUMNS	32

struct layout_column {
	char head[32];
	bool right;		/* aligned to the right */
	bool number;		/* of JSON */
	bool cut;		/* where there is not enough room */
};

struct layout_cell {
	char *text;		/* NULL: JSON null; freed by layout_free() */
	bool red;
};

/** struct layout - @cell has row behind row, each with @ncol of them */
struct layout {
	int ncol;
	size_t nrow;
	struct layout_column col[LAYOUT_COLUMNS];
	struct layout_cell *cell;
	bool noheadings, colours;
	unsigned int width;	/* of the terminal; 0: there is none */
};

/**
 * layout_locale - takes the user's characters, where they are UTF-8; else ASCII
 *
 * Without it, what is not ASCII is no character. Nothing else here calls setlocale().
 */
void layout_locale(void);

/**
 * layout_text - columns beside one another, in the characters layout_locale() took
 *
 * What is no printable character is written as \xHH, here and by layout_tabs(): what
 * a container chose does nothing to a terminal, and no cell is taken for two.
 */
void layout_text(const struct layout *l);
void layout_tabs(const struct layout *l);

/** @name: of the array; @members: what is in front of it in the object, or NULL. */
void layout_json(const struct layout *l, const char *name, const char *members);

/** Writes @s as a string of JSON; bytes that are no UTF-8 as \xHH. */
void layout_string(const char *s, FILE *to);

void layout_free(struct layout *l);

#endif /* _VZCTX_LIB_LAYOUT_H */
