/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - called vzctl: OpenVZ's commands
 */
#ifndef _VZCTX_VZCTL_H
#define _VZCTX_VZCTL_H

#include <stdbool.h>
#include <stdint.h>

#include "program/whole.h"
#include "vzctl/exit_code.h"

/** struct vzctl - one command line */
struct vzctl {
	const char *command;
	uint32_t ctid;
	int argc;		/* words behind the CTID */
	char **argv;		/* argv[0] stands for the program, for getopt */
};

/* Each returns OpenVZ's exit code. */
int vzctl_create(struct vzctl *v) WHOLE;
int vzctl_destroy(struct vzctl *v);
int vzctl_start(struct vzctl *v);
int vzctl_stop(struct vzctl *v);
int vzctl_restart(struct vzctl *v);
int vzctl_chkpnt(struct vzctl *v);
int vzctl_mount(struct vzctl *v);
int vzctl_umount(struct vzctl *v);
int vzctl_status(struct vzctl *v);
int vzctl_enter(struct vzctl *v);
int vzctl_console(struct vzctl *v);
int vzctl_exec(struct vzctl *v);
int vzctl_runscript(struct vzctl *v);
int vzctl_set(struct vzctl *v);

/** Says that containers are not checkpointed yet. Return: the code of the command. */
int vzctl_no_checkpoint(struct vzctl *v);

/** "Invalid extra arguments" from argv[@from] on. Return: 0 or VZ_BAD_OPTION. */
int vzctl_extra(const struct vzctl *v, int from);

/** Whether @name is a command of which only the whole program is capable. */
bool vzctl_lacks(const char *name);

/** main() of the name vzctl. */
int vzctl_main(int argc, char **argv);

#endif /* _VZCTX_VZCTL_H */
