/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - who stays with a container
 *
 * The init of a container started without -F is the child of a keeper: a
 * process that holds the other end of its console, notices its end, puts away
 * what is left and, if the init rebooted, starts it again. Nothing else depends
 * on it: a container whose keeper was killed runs on, without a console.
 */
#ifndef _VZCTX_KEEP_H
#define _VZCTX_KEEP_H

#include <stdint.h>
#include <sys/types.h>

#define CONSOLE_DIR	"/run/vzctx"	/* CTID.console: the keeper's socket */

/**
 * keep - serves the console until the init has ended
 * @master: the console's other end, or -1 for none; closed here
 * @pid: the init, a child of the caller
 *
 * Called with no descriptor open but @master and the standard ones, which are
 * /dev/null. What is written to the console while nobody is attached never
 * blocks the writer; the last of it is shown to who attaches.
 *
 * Return: the wait status of the init. SIGHUP: it rebooted (reboot(2)).
 */
int keep(uint32_t ctid, int master, pid_t pid);

/**
 * console_attach - connects the caller's terminal with the console
 * @wait: also before the container is started
 *
 * Esc . at the beginning of a line detaches, Esc ! kills what runs on it.
 * Return: EXIT_OK after detaching, or an exit code; the user has been told.
 */
int console_attach(uint32_t ctid, _Bool wait);

#endif /* _VZCTX_KEEP_H */
