/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - paths that stay below a directory
 */
#ifndef _VZCTX_LIB_OPEN_BENEATH_H
#define _VZCTX_LIB_OPEN_BENEATH_H

/**
 * open_beneath - opens @path below @dir
 *
 * Follows no symbolic link anywhere in it, crosses no mount.
 * Return: a descriptor, closed on exec, or -errno: -ELOOP for a link, -EXDEV for
 * a mount or a way out.
 */
int open_beneath(int dir, const char *path, int flags);

#endif /* _VZCTX_LIB_OPEN_BENEATH_H */
