/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - one line that tells how far something is
 */
#ifndef _VZCTX_LIB_PROGRESS_H
#define _VZCTX_LIB_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/** struct progress - a line on standard error, if that is a terminal */
struct progress {
	char label[128];
	uint64_t total;		/* bytes; 0 if it is not known */
	bool shown;		/* there is something to wipe off */
	bool on;
	struct timespec last;
};

/** @label is escaped. */
void progress_begin(struct progress *bar, bool quiet, const char *label,
		    uint64_t total);

/** Shows @done, not oftener than ten times a second. */
void progress_at(struct progress *bar, uint64_t done);

/** Wipes the line off. */
void progress_end(struct progress *bar);

#endif /* _VZCTX_LIB_PROGRESS_H */
