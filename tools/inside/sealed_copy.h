/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - running from a copy nobody can write
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
 * seal_self - makes sure this program runs from a sealed memory file
 *
 * Executes the program anew from a sealed copy of itself unless it already
 * does, and makes it undumpable: a context that gets hold of /proc/PID/exe of
 * the task entering it can then neither change this program for the next user
 * nor look into it (the class of CVE-2019-5736). Call before anything is open.
 *
 * Return: 0, or -errno when no copy could be made.
 */
int seal_self(char **argv);

#endif /* _VZCTX_INSIDE_SEALED_COPY_H */
