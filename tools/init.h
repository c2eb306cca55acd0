/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the init of a context that runs one command
 */
#ifndef _VZCTX_INIT_H
#define _VZCTX_INIT_H

#include <stdnoreturn.h>

/**
 * init_run - runs @argv, reaps every orphan, passes signals on, ends with it
 * @chan: kept by the command until it is executed, closed here
 * @control: 1 if descriptor 0 is to be the command's controlling terminal
 *
 * Task 1 of the pid namespace. Its end takes every other task along. TERM, INT, QUIT
 * and HUP are passed on, others if the command has a handler.
 */
noreturn void init_run(char **argv, int chan, int control);

/** Executes @argv with the clean environment, or tells @chan why not. */
noreturn void init_exec(char **argv, int chan);

#endif /* _VZCTX_INIT_H */
