/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - entering a running context
 */
#ifndef _VZCTX_INSIDE_JOIN_H
#define _VZCTX_INSIDE_JOIN_H

#include <stdint.h>
#include <sys/types.h>

#include "inside/channel.h"
#include "inside/tty.h"

/** struct join - who goes where */
struct join {
	uint32_t ctid;
	int pidfd;		/* of its init, proved to be it */
	char **argv;		/* the command, or NULL: a login shell */
	bool no_filter;		/* as in struct birth */
};

/**
 * join - runs a program in the context's cgroup and namespaces
 * @t: initialised; afterwards the caller's end of the standard descriptors
 * @pid: the program, a child of the caller, when 0 is returned
 * @why: the step that failed, when -ECHILD is returned
 *
 * An intermediate task enters the context and makes the program as its own
 * sibling; it holds nothing of the caller but the standard descriptors.
 *
 * The program ends with the caller. From here on the signals of tty_signals() are
 * blocked.
 *
 * Return: 0, -ECHILD, -EBUSY when the host has frozen the context, -EINTR when
 * the caller was told to end, -ETIMEDOUT at @t's end, -EPROTO when the context
 * ended, or -errno of the caller's own preparations.
 */
int join(const struct join *j, struct tty *t, pid_t *pid,
	 struct chan_msg *why);

#endif /* _VZCTX_INSIDE_JOIN_H */
