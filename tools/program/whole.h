/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the whole program
 *
 * The dynamic linker spends more on the libraries that read archives than a
 * container takes to start. So there are two programs of the same sources: vzctx,
 * which is linked statically and is without what needs them, and the whole one, which
 * vzctx becomes or calls for that.
 */
#ifndef _VZCTX_PROGRAM_WHOLE_H
#define _VZCTX_PROGRAM_WHOLE_H

#include <stddef.h>

/** WHOLE - declares what only the whole program has; NULL in the other */
#define WHOLE __attribute__((weak))

/**
 * whole_run - becomes the whole program
 * @argv: as main() got it
 *
 * It lies where "make install" puts it below the directory of the running program,
 * or beside that.
 *
 * Return: -errno, nothing being changed; does not return otherwise.
 */
int whole_run(char **argv);

/**
 * whole_call - has the whole program do something, and waits for it
 *
 * Return: 0, or -errno: its own exit status is 0 or an errno.
 */
int whole_call(char **argv);

/** whole_path - the file the running program is of. Return: 0 or -errno. */
int whole_path(char *buf, size_t size);

/** whole_from - for a program that runs from a copy: what whole_path() is to say */
void whole_from(const char *path);

#endif /* _VZCTX_PROGRAM_WHOLE_H */
