/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - words to numbers and back
 *
 * The functions say nothing to the user; false means "not that".
 */
#ifndef _VZCTX_LIB_PARSE_H
#define _VZCTX_LIB_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/vzctx.h>

/** Decimal, 1..VZCTX_CTID_MAX, nothing around it. */
bool parse_ctid(const char *s, uint32_t *ctid);

/** Decimal, at most @max, nothing around it. */
bool parse_u64(const char *s, uint64_t max, uint64_t *out);

/** enum reading - how a value was read; false where it was not */
enum reading {
	READ_NOT,	/* not understood */
	READ_OK,
	READ_CUT,	/* too large, the largest value stands for it */
};

/** Measures of configuration keys, beside enum vzctx_unit. */
enum {
	UNIT_KIB = 100,	/* KiB; a figure without suffix is KiB */
	UNIT_MIB,	/* bytes; a figure without suffix is MiB */
};

/**
 * parse_amount - one figure, in file, sample and option alike
 * @unit: enum vzctx_unit, or one of those above. Items have no suffix. All others
 * take K, M, G, T (binary, in bytes), B (bytes) and P (pages), in either case; a
 * resource in pages takes a figure without suffix as pages and rounds bytes up to
 * whole pages, what else is left of a unit is dropped.
 *
 * Decimals may have a fraction (1.5G), and blanks stand around them. The word
 * "unlimited" is VZCTX_UNLIMITED in any unit, and so is what is above it.
 */
enum reading parse_amount(const char *s, uint32_t unit, uint64_t *out);

/** "BAR:LIM", or one figure for both; barrier above limit is none of its business. */
enum reading parse_barlim(const char *s, uint32_t unit, uint64_t *bar,
			  uint64_t *lim);

/** The figure as a word: decimal, or "unlimited". */
void format_amount(uint64_t v, char *buf, size_t size);

/** The figure for people: 12, 1.5M, 312G, unlimited. Pages become bytes. */
void format_scaled(uint64_t v, uint32_t unit, char *buf, size_t size);

/**
 * escape - copies @s, replacing what could confuse a terminal or a reader
 *
 * Everything outside printable ASCII, backslash, quotes and blanks become \xNN.
 */
void escape(const char *s, char *buf, size_t size);

/** The same, but of printable ASCII nothing: print_table() escapes what it has to. */
void escape_odd(const char *s, char *buf, size_t size);

/** Likewise a sentence: all that is no printable ASCII, so that JSON takes it. */
void escape_bytes(const char *s, char *buf, size_t size);

/** Copies @s for a line of text: '?' for each control character. */
void printable(const char *s, char *buf, size_t size);

#endif /* _VZCTX_LIB_PARSE_H */
