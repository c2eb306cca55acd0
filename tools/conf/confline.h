/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - one line of a configuration
 */
#ifndef _VZCTX_CONF_CONFLINE_H
#define _VZCTX_CONF_CONFLINE_H

/** struct line - what it says, and what it assigns, if anything; one allocation */
struct line {
	struct line *next;
	unsigned int number;		/* in the file; 0: not from there */
	const char *key, *value;	/* @key: as it is called now; or NULL */
	char text[];
};

/**
 * line_new - takes KEY=value, KEY="value" or KEY='value' apart
 *
 * Blanks around a value, and a comment behind it, are no part of it. Return: NULL
 * without memory.
 */
struct line *line_new(const char *text);

#endif /* _VZCTX_CONF_CONFLINE_H */
