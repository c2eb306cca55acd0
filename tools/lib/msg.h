/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the user is told, and how it ends
 */
#ifndef _VZCTX_LIB_MSG_H
#define _VZCTX_LIB_MSG_H

#include <stdbool.h>
#include <stddef.h>

/** The name the program was called by; set once, first thing in main(). */
extern const char *prog_name;

/** Exit codes of every verb; exec and start -F may also return a command's. */
enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOMODULE = 3 };

/**
 * enum outcome - how a step of a container's life ended
 *
 * The first four are the exit codes above. The others are above every exit
 * status of a command, so that both can travel in one int; vzctx ends with
 * EXIT_FAILED for each, vzctl with OpenVZ's own code and words: see
 * outcome_code() and msg_as_openvz().
 */
enum outcome {
	OUT_LIMITS = 256,	/* beancounters could not be set */
	OUT_LOCKED,		/* another command is at work on it */
	OUT_NO_CONF,		/* there is no such container */
	OUT_BAD_CONF,		/* its configuration cannot be read */
	OUT_UNFINISHED,		/* a create or destroy was cut short */
	OUT_NOT_RUNNING,
	OUT_RUNNING,
	OUT_NO_STOP,		/* it does not end */
	OUT_DISABLED,
	OUT_ENV,		/* namespaces, binding */
	OUT_NO_INIT,		/* no init, or it cannot be run */
	OUT_NO_PRIVATE,
	OUT_PRIVATE_THERE,
	OUT_NO_TEMPLATE,
	OUT_NO_SAMPLE,		/* no such configuration sample */
	OUT_UNPACK,		/* the private area could not be filled */
	OUT_REMOVE,		/* it could not be removed */
	OUT_NOT_MOUNTED,
	OUT_MOUNTED,
	OUT_MOUNT,
	OUT_UMOUNT,
	OUT_SCRIPT,		/* an action script failed */
	OUT_SAVE,		/* the configuration could not be written */
	OUT_WAIT,		/* it did not come up in time */
	OUT_NAME,		/* the name is taken or malformed */
	OUT_PASSWORD,		/* it could not be set */
	OUT_PLACE,		/* a directory may not be a container's */
	OUT_END
};

/** MSG_VZCTX unless msg_as_openvz() was called. */
enum msg_style { MSG_VZCTX, MSG_OPENVZ };
extern enum msg_style msg_style;

/** struct ending - an exit code of OpenVZ's; @text: its words for it, or NULL */
struct ending {
	int code;
	const char *text;
};

/**
 * msg_as_openvz - speak and end as OpenVZ's tools do
 * @of: how an exit code of vzctx, an outcome, or any other number ends
 */
void msg_as_openvz(const struct ending *(*of)(int ret));

/** msg_quiet - nothing on stdout by msg_step() and msg_done(); a log still gets it. */
extern bool msg_quiet;

/** Called with each line said, without its newline; NULL: nobody listens. */
extern void (*msg_log)(const char *line, bool error);

/** outcome_code - the exit code of the running style for @ret. */
int outcome_code(int ret);

/**
 * msg_end - says why a step ended as it did
 * @err: positive errno, 0 for none
 * @sentence: what the kernel or the caller knows; NULL: what errno says
 * @intent: "start CT %u": what could not be done
 *
 * In OpenVZ's style @o's own words are said where OpenVZ has some.
 * Return: @o.
 */
int msg_end(enum outcome o, int err, const char *sentence, const char *intent,
	    ...) __attribute__((format(printf, 4, 5)));

/** A line on stdout that OpenVZ prints and vzctx does not. */
void msg_step(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** A line on stdout that vzctx prints when all is done, and OpenVZ does not. */
void msg_done(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * msg_fail - "vzctx: cannot <intent>: <sentence>" on stderr
 * @err: positive errno, 0 for none
 * @sentence: what the kernel or the caller knows; NULL: what errno says
 *
 * Whoever lacks the rights for it is told to run it as root.
 * Return: EXIT_FAILED, so that a verb can return it.
 */
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
