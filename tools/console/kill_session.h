/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - killing what runs on a container's console
 */
#ifndef _VZCTX_CONSOLE_KILL_SESSION_H
#define _VZCTX_CONSOLE_KILL_SESSION_H

#include <stdbool.h>
#include <sys/types.h>

/** struct sak_space - which pid namespace is the container's */
struct sak_space {
	dev_t dev;
	ino_t ino;
};

/** The pid namespace of @init. Return: 0 or -errno. */
int sak_space(pid_t init, struct sak_space *s);

/** Whether @pid is in @s or in a namespace made inside it. */
bool sak_inside(const struct sak_space *s, pid_t pid);

/**
 * sak_kill - kills the session whose terminal is the other end of @master
 *
 * Spared are @init and whatever is not of the container: which session has the
 * terminal is the container's doing. Return: false if nothing runs there.
 */
bool sak_kill(int master, pid_t init, const struct sak_space *s);

#endif /* _VZCTX_CONSOLE_KILL_SESSION_H */
