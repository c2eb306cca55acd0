/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the user is told, and how it ends
 */
#ifndef _VZCTX_LIB_MSG_H
#define _VZCTX_LIB_MSG_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/report.h"

/** struct ending - an exit code of OpenVZ's, and its words for it */
struct ending {
	int code;
	const char *text;	/* or NULL */
	const char *rest;	/* what follows the object of the fault, without which
				 * the words are not said; NULL: they have none */
};

/**
 * msg_as_openvz - speak and end as OpenVZ's tools do
 * @of: how an exit code of vzctx, an outcome, or any other number ends
 */
void msg_as_openvz(const struct ending *(*of)(int ret));

/** msg_quiet - nothing on stdout by msg_step() and msg_done(); a log still gets it. */
extern bool msg_quiet;

/** The verb that runs, in whose --help a usage error is explained; NULL: no verb. */
extern const char *msg_verb;

/** Called with each line said, without its newline; NULL: nobody listens. */
extern void (*msg_log)(const char *line, bool error);

/** outcome_code - the exit code of the running style for @ret. */
int outcome_code(int ret);

/**
 * msg_report - the report of who is to print whatever happens
 *
 * A fault is "vzctx: cannot <intent>: <sentence>" on stderr. In OpenVZ's style an
 * outcome's own words are said where OpenVZ has some. Whoever lacks the rights for
 * it is told to run it as root. A sentence of EXIT_USAGE is followed by where the
 * usage stands. A process without terminal writes to syslog.
 */
extern struct report msg_report;

/** report_fail() to msg_report. Return: @o. */
int msg_end(enum outcome o, int err, const char *sentence, const char *intent,
	    ...) __attribute__((format(printf, 4, 5)));

/** A line on stdout that OpenVZ prints and vzctx does not. */
void msg_step(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** A line on stdout that vzctx prints when all is done, and OpenVZ does not. */
void msg_done(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** msg_end() with EXIT_FAILED, which a verb can return. */
int msg_fail(int err, const char *sentence, const char *intent, ...)
	__attribute__((format(printf, 3, 4)));

/** "vzctx: <text>" on stderr. */
void msg_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * msg_names - "vzctx: <what>" on stderr, and names behind it
 * @name: the @i-th of them, NULL behind the last; @arg is the caller's
 */
void msg_names(const char *what, const char *(*name)(size_t i, const void *arg),
	       const void *arg);

/** Text for the terminal on stderr, as it is: no name in front, no line, no log. */
void msg_draw(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** "vzctx: <text>; see vzctx VERB --help". Return: EXIT_USAGE. */
int msg_usage(const char *verb, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* _VZCTX_LIB_MSG_H */
