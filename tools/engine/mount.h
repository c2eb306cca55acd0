/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what is mounted where on the host
 */
#ifndef _VZCTX_ENGINE_MOUNT_H
#define _VZCTX_ENGINE_MOUNT_H

#include <stdbool.h>

/** Where a cgroup2 hierarchy is mounted. Return: false if nowhere. */
bool mnt_cgroup2(char *buf, unsigned int size);

/** The type of the file system that @path lies on, or "unknown". */
void mnt_fstype(const char *path, char *buf, unsigned int size);

#endif /* _VZCTX_ENGINE_MOUNT_H */
