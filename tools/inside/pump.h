/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - carrying bytes from one descriptor to another
 *
 * One end of a pump is the tool's own, a pipe or a terminal's master that does
 * not block; the other is the caller's, shared with who knows whom, so that it
 * must not be told not to block. A pipe of the caller's is opened once more for
 * that; of anything else it can only be asked whether it would block.
 */
#ifndef _VZCTX_INSIDE_PUMP_H
#define _VZCTX_INSIDE_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PUMPS_MAX	3
#define PUMP_BUFFER	65536

/** struct pump - where from and where to; -1: closed */
struct pump {
	int from, to;
	bool inwards;		/* @to is ours, and @from the caller's */
	bool own;		/* the end that is ours is closed at its end */
	bool reopened;		/* @to is the caller's pipe, opened once more */
	int err;		/* why not, but that nobody reads */
	bool unread;		/* @to is not read any more */
	int eot;		/* where to type ^D when @from has ended, or -1 */
	bool whole;		/* @to takes a whole buffer without blocking */
	size_t off, len;
	char buf[PUMP_BUFFER];
};

/** @own: of the two the tool's is the pump's to close. */
void pump_init(struct pump *p, int from, int to, bool inwards, bool own);
void pump_close(struct pump *p);

/**
 * pump_turn - polls once, and moves what can be moved
 * @also: one more descriptor to wait for, or -1
 * @timeout_ms: as poll()
 *
 * Return: true if something moved, ended, or @also is ready.
 */
bool pump_turn(struct pump *p, int n, int also, int timeout_ms);

/** Types ^D again where one is due. Return: true if one is. */
bool pump_type_eot(struct pump *p);

/**
 * pump_last - what is left when the writer at @from has ended
 * @max: how much a terminal may still hold
 * @patience_ms: how long a reader that takes nothing is waited for; -1: for ever
 *
 * Whoever else writes to @from, and for ever, is not waited for: of a pipe what
 * is in it at this instant is carried, of a terminal what comes without waiting.
 * Ends early when @also is ready or patience is at its end, with bytes left.
 */
void pump_last(struct pump *p, int also, size_t max, int patience_ms);

/** Whether what was read of @fd can be given back. */
bool pump_seekable(int fd);

/**
 * pump_give_back - sets a file back to behind what was read by the other side
 * @file: where @p carried from; its end may have been reached
 * @pipe: the pipe that @p carries to, for reading
 *
 * For who shares the file with the caller, a shell's loop for instance. @p came
 * from a file that is seekable.
 */
void pump_give_back(const struct pump *p, int file, int pipe);

#endif /* _VZCTX_INSIDE_PUMP_H */
