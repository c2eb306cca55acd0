/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - putting the module into the kernel
 */
#ifndef _VZCTX_MODULE_INSERT_H
#define _VZCTX_MODULE_INSERT_H

#include "program/whole.h"

/** What vzctx calls vzctx-whole with for nothing but this. */
#define INSERT_WORD	"insert-module"

/**
 * insert_module - loads it as modprobe does
 *
 * Return: 0, -ENOENT when no such module is installed for the running kernel, or another
 * -errno.
 */
int insert_module(void) WHOLE;

#endif /* _VZCTX_MODULE_INSERT_H */
