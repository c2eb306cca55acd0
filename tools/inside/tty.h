/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - terminals, and passing bytes between the caller and a context
 */
#ifndef _VZCTX_INSIDE_TTY_H
#define _VZCTX_INSIDE_TTY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** How the standard descriptors of a task inside come about. */
enum tty_mode {
	TTY_NULL,	/* all three are the context's /dev/null */
	TTY_PASS,	/* pipes from and to those of the caller */
	TTY_PTY,	/* a terminal made inside the context */
};

/** struct tty - both ends of the standard descriptors of one task inside */
struct tty {
	enum tty_mode mode;
	int inner[3];	/* TTY_PASS: what becomes 0, 1, 2 inside */
	int outer[3];	/* TTY_PASS: our ends; -1 for 2 if 1 serves for both */
	int master;	/* TTY_PTY: once received, else -1 */
	int lost;	/* errno: what it wrote could not be passed on */
	int64_t end;	/* of lib/until.h: when the task is killed; 0: never */
};

/** Before the task is made. Return: 0 or -errno. */
int tty_init(struct tty *t, enum tty_mode mode);

/** In the caller, once the task has its own copies. */
void tty_close_inner(struct tty *t);

/**
 * tty_inside - takes the standard descriptors; in the task, inside
 * @ptmx: TTY_PTY: the multiplexer of the context's own devpts, opened by
 *	descriptor and verified; its master goes out through @chan
 * @control: make the terminal the controlling one; the task leads a session
 */
void tty_inside(struct tty *t, int chan, int ptmx, bool control);

/**
 * tty_relay - carries bytes, window size and signals until @pid has ended
 * @signal_group: forwarded signals go to @pid's process group
 *
 * No descriptor of the caller's is handed inside: it may be a directory of the
 * host's, and a task left behind would hold it for ever. The relay ends with
 * @pid, whoever else has the other ends, and carries all that @pid wrote. What
 * of a file on standard input was not read inside is there for the caller. Of
 * those signals that the caller has ignored none is forwarded.
 *
 * With @signal_group a stopped task goes on, so that it takes the signal, and is
 * killed ten seconds after a first SIGTERM or SIGHUP, or at a second one.
 *
 * The caller's terminal, if it was made raw, is restored on every return, on
 * exit() and on the signals that are forwarded.
 *
 * Return: the exit status as a shell has it: the code, or 128 + signal.
 */
int tty_relay(struct tty *t, pid_t pid, bool signal_group);

/**
 * tty_signals - from here on what asks for an end is read, and ends nobody
 *
 * Return: a signalfd.
 */
int tty_signals(void);

/** tty_told - reads @sfd. Return: whether an end was asked for, now or before. */
bool tty_told(int sfd);

/** The terminal on standard input, if it is one: raw, and as it was before. */
void tty_raw(void);
void tty_cooked(void);	/* can be called in a signal handler, and by atexit() */

#endif /* _VZCTX_INSIDE_TTY_H */
