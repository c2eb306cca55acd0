/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - who stays with a container
 *
 * The init of a container started without -F is the child of a keeper: a
 * process that holds the other end of its console, notices its end, puts away
 * what is left and, if the init rebooted, starts it again. Nothing else depends
 * on it: a container whose keeper was killed runs on, without a console.
 */
#ifndef _VZCTX_CONSOLE_KEEPER_H
#define _VZCTX_CONSOLE_KEEPER_H

#include <stdint.h>
#include <sys/types.h>

#define KEEPER_COMM	"vzctx-keep"	/* what it is called among processes */

/**
 * keep - serves the console until the init has ended
 * @master: the console's other end, or -1 for none; closed here
 * @pid: the init, a child of the caller
 *
 * Called with no descriptor open but @master and the standard ones, which are
 * /dev/null. Names the calling task vzctx-keep and has it ignore the signals a
 * dying session or terminal sends.
 *
 * What is written to the console while nobody is attached never blocks the
 * writer; the last 64 KiB of it are shown to who attaches. Who is attached and
 * does not take what is written holds it up for a second, then loses it. One
 * can be attached at a time.
 *
 * Return: the wait status of the init. SIGHUP: it rebooted (reboot(2)); SIGINT:
 * it halted or powered off.
 */
int keep(uint32_t ctid, int master, pid_t pid);

#endif /* _VZCTX_CONSOLE_KEEPER_H */
