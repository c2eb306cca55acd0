/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what a caller hands down
 *
 * A process is born with the signals, limits, priorities and habits of whoever
 * called it. Those of a desktop's shell, of cron or of a monitoring daemon are
 * neither to break the tool nor to reach a container.
 */
#ifndef _VZCTX_PROGRAM_CALLER_H
#define _VZCTX_PROGRAM_CALLER_H

#include <stdbool.h>

/**
 * caller_begin - makes the calling task fit for work; first of all in main()
 *
 * Standard descriptors that are closed become /dev/null: what is opened next
 * would take their place. Every signal has its default action and none is
 * blocked, but for SIGHUP, SIGINT and SIGQUIT: who ignores those (nohup, a
 * shell's "&") means the tool. Options may stand anywhere, whatever POSIX says to
 * the caller's other programs. The umask is 022, and no resource limit is lower
 * than a machine's init has it, as far as the task may raise it.
 *
 * Return: 0, or -errno without standard descriptors.
 */
int caller_begin(void);

/** Whether the caller wanted @sig to be ignored by the tool; see above. */
bool caller_ignores(int sig);

/**
 * caller_forget - nothing of the caller's ways is left to pass on
 *
 * For a tool that is to run something in a container. Scheduling policy, nice
 * value, processors, memory nodes, I/O priority, OOM score, personality, timer
 * slack and the like become what the host's init has. Where the task may not
 * change one, the user is warned that it reaches the container.
 */
void caller_forget(void);

/** All signals as they are by default, none blocked; before an exec. */
void caller_signals(void);

/**
 * caller_limits - the resource limits of a task inside, for the calling task
 *
 * Those of the kernel and of systemd; what a beancounter counts has no limit
 * that a task inside could not raise. Needs no privilege after caller_begin().
 *
 * Return: 0 or -errno.
 */
int caller_limits(void);

#endif /* _VZCTX_PROGRAM_CALLER_H */
