/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a terminal connected with a container's console
 */
#ifndef _VZCTX_CONSOLE_H
#define _VZCTX_CONSOLE_H

#include <stdint.h>

/** How console_attach() goes about it. */
enum {
	CONSOLE_WAIT = 1,	/* also before the container is started */
	CONSOLE_FORCE = 2,	/* take it from whoever is attached */
};

/**
 * console_attach - connects the caller's terminal with the console
 * @how: of the above, or 0
 *
 * Esc . at the beginning of a line detaches, Esc ! kills what runs on it. The
 * terminal is as before on every way out but SIGKILL. With CONSOLE_WAIT a
 * reboot is stayed through, and a container that is running without a keeper
 * has to be told apart by the caller.
 *
 * Return: EXIT_OK after detaching or the container's end, or an exit code or
 * outcome; the user has been told.
 */
int console_attach(uint32_t ctid, unsigned int how);

#endif /* _VZCTX_CONSOLE_H */
