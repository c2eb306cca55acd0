/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the user is told
 */
#ifndef _VZCTX_MSG_H
#define _VZCTX_MSG_H

/** The name the program was called by; set once, first thing in main(). */
extern const char *prog_name;

/** Exit codes of every verb; exec and start -F may also return a command's. */
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOMODULE = 3 };

/**
 * msg_fail - "vzctx: cannot <intent>: <sentence> (<strerror>)" on stderr
 * @err: positive errno, 0 for none
 * @sentence: what the kernel or the caller knows beyond errno; may be NULL
 *
 * Return: EXIT_FAILED, so that a verb can return it.
 */
int msg_fail(int err, const char *sentence, const char *intent, ...)
	__attribute__((format(printf, 3, 4)));

/** "vzctx: <text>" on stderr. */
void msg_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** "vzctx: <text>; see vzctx VERB --help". Return: EXIT_USAGE. */
int msg_usage(const char *verb, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* _VZCTX_MSG_H */
