/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the root of a context, seen from its first task
 *
 * The tree may be hostile: whatever is used in it is first opened with
 * openat2(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS), and mounts are placed by
 * descriptor only.
 */
#ifndef _VZCTX_INSIDE_ROOTFS_H
#define _VZCTX_INSIDE_ROOTFS_H

#include <stdbool.h>

/**
 * rootfs_enter - makes the current directory the root, with its file systems
 * @chan: where a failing step is told; the task then ends
 * @console: make a pty inside the new devpts and put it on /dev/console
 * @run: mount an empty /run, for a real init
 * @nesting: let user namespaces inside mount procfs and sysfs
 *
 * To be called in a new mount namespace owned by the context's user namespace.
 * The private area, idmapped and nodev, was mounted before that namespace was
 * split off: its attributes are thereby locked against the context. What is
 * mounted here is not; the masks are a second fence behind the user namespace.
 *
 * Return: with @console the multiplexer's descriptor, else -1.
 */
int rootfs_enter(int chan, bool console, bool run, bool nesting);

#endif /* _VZCTX_INSIDE_ROOTFS_H */
