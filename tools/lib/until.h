/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - waiting no longer than until an instant
 */
#ifndef _VZCTX_LIB_UNTIL_H
#define _VZCTX_LIB_UNTIL_H

#include <stdbool.h>
#include <stdint.h>

/** Milliseconds of the clock that instants are given in. */
int64_t until_now(void);

/** Waits for the end of @pidfd's process. Return: whether it came by @end. */
bool until_ended(int pidfd, int64_t end);

#endif /* _VZCTX_LIB_UNTIL_H */
