/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - having the program nft change the host's rules
 */
#ifndef _VZCTX_NET_NFT_H
#define _VZCTX_NET_NFT_H

#include <stddef.h>

/**
 * nft_run - all of a script or nothing of it
 * @sentence: why it failed
 *
 * Return: 0, -ENOENT where there is no nft, -EIO where it refuses, or another errno.
 */
int nft_run(const char *script, char *sentence, size_t size);

#endif /* _VZCTX_NET_NFT_H */
