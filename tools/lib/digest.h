/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - SHA-256 as text
 */
#ifndef _VZCTX_LIB_DIGEST_H
#define _VZCTX_LIB_DIGEST_H

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stddef.h>

#define DIGEST_HEX	65	/* with its zero */

/** The digest of what @ctx was given; @ctx begins anew. */
void digest_hex(struct sha256_ctx *ctx, char text[DIGEST_HEX]);

/** The digest of @data. */
void digest_of(const void *data, size_t size, char text[DIGEST_HEX]);

/** Whether @s begins with 64 hexadecimal digits in lower case. */
bool digest_is(const char *s);

#endif /* _VZCTX_LIB_DIGEST_H */
