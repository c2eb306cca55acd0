/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - between the tool and the task it puts into a context
 *
 * A socket pair, close-on-exec at both ends. Downwards travels one "go";
 * upwards a terminal, the number of a task, or the step that failed. The end
 * of file behind CHAN_READY means that the program runs; without one before,
 * whoever was to run it was killed.
 */
#ifndef _VZCTX_INSIDE_CHANNEL_H
#define _VZCTX_INSIDE_CHANNEL_H

#include <stdbool.h>
#include <stdnoreturn.h>
#include <sys/types.h>

enum chan_kind { CHAN_END, CHAN_FAILED, CHAN_PTY, CHAN_PID, CHAN_READY };

/** What chan_recv() delivers. */
struct chan_msg {
	enum chan_kind kind;
	int err;		/* CHAN_FAILED: errno */
	pid_t pid;		/* CHAN_PID */
	int fd;			/* CHAN_PTY: the caller's to close, else -1 */
	char what[64];		/* CHAN_FAILED: "mount", "run" */
	char object[160];	/* CHAN_FAILED: "/proc"; may be empty */
};

/** Return: 0 or -errno. */
int chan_pair(int fds[2]);

/** chan_go - lets the other side go on. Return: 0 or -errno. */
int chan_go(int fd);

/** Return: true for a "go", false when the other side is gone. */
bool chan_wait_go(int fd);

/** Tells which step failed and ends the calling task. */
noreturn void chan_die(int fd, int err, const char *what, const char *object);

/** Return: 0 or -errno. */
int chan_send_pty(int fd, int pty);
int chan_send_pid(int fd, pid_t pid);

/** All is done but exec. Return: 0 or -errno. */
int chan_send_ready(int fd);

/** Return: 0 or -errno; a broken message is -EPROTO. */
int chan_recv(int fd, struct chan_msg *msg);

#endif /* _VZCTX_INSIDE_CHANNEL_H */
