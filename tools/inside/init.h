/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the init of a context that runs one command
 */
#ifndef _VZCTX_INSIDE_INIT_H
#define _VZCTX_INSIDE_INIT_H

#include <stdnoreturn.h>

/**
 * init_open - the program that init_run() becomes, as a sealed memory file
 *
 * Return: a descriptor or -errno.
 */
int init_open(void);

/**
 * init_run - runs @argv, reaps every orphan, passes signals on, ends with it
 * @chan: kept by the command until it is executed, closed here
 * @control: 1 if descriptor 0 is to be the command's controlling terminal
 * @program: of init_open()
 *
 * Task 1 of the pid namespace. Its end takes every other task along. TERM, INT, QUIT
 * and HUP are passed on, others if the command has a handler. It becomes a program of
 * its own, so that nothing of the host's is left in its memory, nor shown as its
 * arguments and environment.
 */
noreturn void init_run(char **argv, int chan, int control, int program);

/** Executes @argv with the clean environment, or tells @chan why not. */
noreturn void init_exec(char **argv, int chan);

#endif /* _VZCTX_INSIDE_INIT_H */
