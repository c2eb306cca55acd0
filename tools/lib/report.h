/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - how a step of a container's life ended, and who hears of it
 *
 * What works for the verbs prints nothing. It is handed a struct report, tells
 * the listener in it what happens and what fails, and leaves there what failed
 * last. msg.h has the listener that prints; a program that is to be silent
 * hands in a report without one.
 */
#ifndef _VZCTX_LIB_REPORT_H
#define _VZCTX_LIB_REPORT_H

#include <stdarg.h>
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
	OUT_PASSWORD,		/* it could not be set */
	OUT_PLACE,		/* a directory may not be a container's */
	OUT_QUOTA,		/* its disk quota could not be set */
	OUT_ADDRESS,		/* an address could not be set */
	OUT_ADDRESS_USED,	/* somebody else has it */
	OUT_VETH,		/* an interface could not be set up */
	OUT_NAT,		/* address translation could not */
	OUT_END
};

/** struct fault - what failed; "..." is the middle of a text that does not fit */
struct fault {
	int outcome;		/* an exit code or an enum outcome */
	int err;		/* positive errno, 0 for none */
	char intent[512];	/* "start CT 101": what could not be done; "": the
				 * sentence says that too */
	char sentence[1024];	/* why, and the way out where there is one */
	char object[512];	/* what was missing, or "" */
};

/** enum said - what kind of news a listener hears */
enum said {
	SAID_STEP,	/* a line that OpenVZ prints and vzctx does not */
	SAID_DONE,	/* a line that vzctx prints when all is done, and OpenVZ does not */
	SAID_NOTE,	/* something to know; a warning says that it is one */
	SAID_FAULT,	/* something failed, and is in the report; what follows goes on
			 * if it can, or clears away */
	SAID_AWAY,	/* from here on a process speaks that has no terminal */
};

/**
 * struct report - who hears of a step, and what failed
 *
 * Zeroed, it is a silent one. A container's keeper is a process of its own and
 * calls the listener there; what failed comes back from it in @fault.
 */
struct report {
	/** NULL: nobody listens. @line: NULL for SAID_FAULT and SAID_AWAY. */
	void (*hear)(struct report *r, enum said what, const char *line);
	void *arg;		/* the listener's */
	struct fault fault;	/* the last one; means nothing after success */
};

/* A report that is NULL is heard by nobody and keeps nothing. */

/**
 * report_fail - tells, and keeps, why a step failed
 * @outcome: how it ended
 * @err: positive errno, 0 for none
 * @sentence: what the kernel or the caller knows; NULL or "": what errno says
 * @intent: "start CT %u": what could not be done
 *
 * Return: @outcome.
 */
int report_fail(struct report *r, int outcome, int err, const char *sentence,
		const char *intent, ...) __attribute__((format(printf, 5, 6)));
int report_vfail(struct report *r, int outcome, int err, const char *sentence,
		 const char *intent, va_list ap)
	__attribute__((format(printf, 5, 0)));

/** report_lack - report_fail() because there is no @object, for which OpenVZ has words */
int report_lack(struct report *r, int outcome, const char *object, int err,
		const char *sentence, const char *intent, ...)
	__attribute__((format(printf, 6, 7)));

/**
 * report_wrong - report_fail() without errno and with a sentence that says by
 * itself what could not be done
 */
int report_wrong(struct report *r, int outcome, const char *sentence, ...)
	__attribute__((format(printf, 3, 4)));

/** report_as - what failed is, for the caller of this step, @outcome. Return: that. */
int report_as(struct report *r, int outcome);

/** report_again - tells what @silent keeps, as @outcome. Return: that. */
int report_again(struct report *r, int outcome, const struct report *silent);

/**
 * report_beside - makes @r one more report to the listener of @of
 *
 * For what is cleared away after a failure: if that fails too, the listener hears
 * of it, and @of still has what came first.
 */
void report_beside(struct report *r, const struct report *of);

/**
 * report_send - sends an outcome, and what failed, to another process
 * @fd: a pipe; that end of it is for nothing else
 *
 * Return: whether it was sent.
 */
bool report_send(const struct report *r, int outcome, int fd);

/** report_receive - keeps what is sent, which its sender has told. False: nothing. */
bool report_receive(struct report *r, int *outcome, int fd);

/**
 * refuse - makes a sentence of why something is not done, and the way out
 * @p: has an array @sentence
 *
 * For what is asked by those who report it. Return: -@err.
 */
#define refuse(p, err, ...)						\
	refuse_in((p)->sentence, sizeof((p)->sentence), err, __VA_ARGS__)

int refuse_in(char *sentence, size_t size, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

void report_step(struct report *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void report_done(struct report *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void report_note(struct report *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** Tells that this process has no terminal any more. */
void report_away(struct report *r);

#endif /* _VZCTX_LIB_REPORT_H */
