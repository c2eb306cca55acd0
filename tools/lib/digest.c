// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - SHA-256 as text
 */
#include <stdio.h>
#include <string.h>

#include "lib/digest.h"

void digest_hex(struct sha256_ctx *ctx, char text[DIGEST_HEX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(ctx, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
}

void digest_of(const void *data, size_t size, char text[DIGEST_HEX])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, size, data);
	digest_hex(&ctx, text);
}

bool digest_is(const char *s)
{
	return strspn(s, "0123456789abcdef") >= DIGEST_HEX - 1;
}
