/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - running from where nobody can write
 */
#ifndef _VZCTX_INSIDE_SEALED_COPY_H
#define _VZCTX_INSIDE_SEALED_COPY_H

#include <stddef.h>

/**
 * seal_program - puts a program that anybody may execute into a sealed memory file
 *
 * Return: a descriptor that is closed on exec, or -errno.
 */
int seal_program(const char *name, const void *program, size_t size);

/**
 * seal_self - makes sure nobody gets at this program by way of the process
 *
 * Executes the program anew from a mount of its own, unless it already is: one that is
 * in no mount namespace, read-only, and from which nothing is executed any more. And it
 * makes the process undumpable. So a context that gets hold of /proc/PID/exe of the
 * task entering it can neither change this program for the next user nor run it, nor
 * look into the process (the class of CVE-2019-5736). Whoever runs it shares its pages.
 * Where no such mount is to be had, it executes a copy in a sealed memory file, whose
 * pages are its own and which may be run by way of the process.
 * Call before anything is open. argv[0] is the program's name afterwards.
 *
 * Return: 0 or -errno.
 */
int seal_self(char **argv);

/** seal_hint - why seal_self() failed with @err, and the way out; NULL: errno says it */
const char *seal_hint(int err);

#endif /* _VZCTX_INSIDE_SEALED_COPY_H */
