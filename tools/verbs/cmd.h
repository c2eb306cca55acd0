/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the verbs, and what they share
 */
#ifndef _VZCTX_VERBS_CMD_H
#define _VZCTX_VERBS_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vzctx/version.h>

#include "program/whole.h"

/* Three numbers: programs that drive vzctl, libvirt for one, want as many. */
#define VERSION		VZCTX_VERSION

/**
 * struct verb - a row of the one table; see vzctx.c
 *
 * @fn takes its row and its own argv, argv[0] being the verb, and returns an exit
 * code or an outcome; NULL: only the whole program has it, see program/whole.h.
 */
struct verb {
	const char *name;
	int (*fn)(const struct verb *verb, int argc, char **argv);
	const char *synopsis;
	const char *summary;
	bool sealed;	/* runs from a sealed copy: it enters contexts */
};

int cmd_create(const struct verb *verb, int argc, char **argv) WHOLE;
int cmd_start(const struct verb *verb, int argc, char **argv);
int cmd_restart(const struct verb *verb, int argc, char **argv);
int cmd_status(const struct verb *verb, int argc, char **argv);
int cmd_mount(const struct verb *verb, int argc, char **argv);
int cmd_umount(const struct verb *verb, int argc, char **argv);
int cmd_boot(const struct verb *verb, int argc, char **argv);
int cmd_shutdown(const struct verb *verb, int argc, char **argv);
int cmd_exec(const struct verb *verb, int argc, char **argv);
int cmd_enter(const struct verb *verb, int argc, char **argv);
int cmd_console(const struct verb *verb, int argc, char **argv);
int cmd_set(const struct verb *verb, int argc, char **argv);
int cmd_limit(const struct verb *verb, int argc, char **argv);
int cmd_list(const struct verb *verb, int argc, char **argv);
int cmd_show(const struct verb *verb, int argc, char **argv);
int cmd_stop(const struct verb *verb, int argc, char **argv);
int cmd_destroy(const struct verb *verb, int argc, char **argv);
int cmd_events(const struct verb *verb, int argc, char **argv) WHOLE;
int cmd_ubc(const struct verb *verb, int argc, char **argv);
int cmd_top(const struct verb *verb, int argc, char **argv);
int cmd_netstat(const struct verb *verb, int argc, char **argv);
int cmd_why(const struct verb *verb, int argc, char **argv);
int cmd_pid(const struct verb *verb, int argc, char **argv);
int cmd_dmesg(const struct verb *verb, int argc, char **argv);
int cmd_freeze(const struct verb *verb, int argc, char **argv);
int cmd_thaw(const struct verb *verb, int argc, char **argv);
int cmd_doctor(const struct verb *verb, int argc, char **argv) WHOLE;
int cmd_template(const struct verb *verb, int argc, char **argv) WHOLE;

/**
 * verb_wrap - prints @text, broken at blanks that no bracket holds
 * @at: the column it begins in
 * @indent: the column of the lines that follow
 */
void verb_wrap(const char *text, size_t at, size_t indent);

/** "Usage: ..." of @verb and its summary on stdout. */
void verb_help(const struct verb *verb);

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

#endif /* _VZCTX_VERBS_CMD_H */
