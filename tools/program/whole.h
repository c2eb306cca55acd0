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
 * whole_place - tells where the whole program is
 *
 * It lies beside the running program, or where "make install" puts it from there.
 *
 * Return: 0; or -errno, which is -ENOENT where it is not, with its place in @buf.
 */
int whole_place(char *buf, size_t size);

/**
 * whole_run - becomes the whole program
 * @argv: as main() got it
 *
 * Return: -errno, nothing being changed; does not return otherwise.
 */
int whole_run(char **argv);

/**
 * whole_call - has the whole program do something, and waits for it
 *
 * Return: 0, or -errno: its own exit status is 0 or an errno. -ELIBACC where it is not
 * there, or lacks a library, which the dynamic linker has named; -EIO where it was killed.
 */
int whole_call(char **argv);

/** whole_path - the file the running program is of. Return: 0 or -errno. */
int whole_path(char *buf, size_t size);

/** whole_from - for a program that runs from a copy: what whole_path() is to say */
void whole_from(const char *path);

#endif /* _VZCTX_PROGRAM_WHOLE_H */
