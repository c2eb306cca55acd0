/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the word somebody may have meant
 */
#ifndef _VZCTX_LIB_NEAREST_H
#define _VZCTX_LIB_NEAREST_H

#include <stddef.h>

/**
 * nearest - the word that differs least from @word
 * @name: the @i-th word there is, NULL behind the last; @arg is the caller's
 *
 * One letter wrong, missing, too many or two exchanged is a difference of one.
 * Return: NULL when none differs little enough to have been meant.
 */
const char *nearest(const char *word, const char *(*name)(size_t i, const void *arg),
		    const void *arg);

#endif /* _VZCTX_LIB_NEAREST_H */
