/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the verbs
 *
 * Each takes its own argv, argv[0] being the verb, and returns an exit code.
 */
#ifndef _VZCTX_CMD_H
#define _VZCTX_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "nl.h"
#include "../kmod/version.h"

/* Three numbers: programs that drive vzctl, libvirt for one, want as many. */
#define VERSION		VZCTX_VERSION

int cmd_create(int argc, char **argv);
int cmd_start(int argc, char **argv);
int cmd_restart(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_mount(int argc, char **argv);
int cmd_umount(int argc, char **argv);
int cmd_boot(int argc, char **argv);
int cmd_shutdown(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_enter(int argc, char **argv);
int cmd_console(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_limit(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_stop(int argc, char **argv);
int cmd_destroy(int argc, char **argv);
int cmd_events(int argc, char **argv);
int cmd_ubc(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_thaw(int argc, char **argv);
int cmd_template(int argc, char **argv);

/** struct verb - a row of the one table; see vzctx.c */
struct verb {
	const char *name;
	int (*fn)(int argc, char **argv);
	const char *synopsis;
	const char *summary;
	bool sealed;	/* runs from a sealed copy: it enters contexts */
};

/** "Usage: ..." of the verb called @name and its summary on stdout. */
void verb_help(const char *name);

/**
 * verb_badopt - tells what is wrong with the option that getopt_long stopped at
 * @opt: what it returned; its string of options starts with a colon
 *
 * Return: EXIT_USAGE.
 */
int verb_badopt(int opt, char **argv);

/**
 * verb_ctid - the CTID among a verb's words
 *
 * What is done with one container, only root may do.
 *
 * @last: nothing may follow it
 *
 * Takes argv[optind] and steps over it. Return: EXIT_OK, EXIT_USAGE, or EXIT_FAILED
 * for who is not root; the user has been told.
 */
int verb_ctid(int argc, char **argv, bool last, uint32_t *ctid);

#endif /* _VZCTX_CMD_H */
