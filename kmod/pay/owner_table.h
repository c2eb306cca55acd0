/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the owner table: the entries in it, and how they go all at once
 */
#ifndef _VZCTX_OWNER_TABLE_H
#define _VZCTX_OWNER_TABLE_H

#include <linux/types.h>

#include "pay/owner_bucket.h"

struct vzctx;
struct vzctx_owner;
struct vzctx_part;

struct vzctx_owner *vzctx_owner_find(const struct vzctx_bucket *bucket,
				     const void *obj, u32 res);
void vzctx_owner_hash(struct vzctx_bucket *bucket, struct vzctx_owner *own);
void vzctx_owner_unhash(struct vzctx_bucket *bucket, struct vzctx_owner *own);
void vzctx_owner_settle(struct vzctx_owner *own);
struct vzctx_owner *vzctx_owner_take(const void *obj, u32 res,
				     const struct vzctx *ctx);
void vzctx_owner_purge(void);

extern const struct vzctx_part vzctx_owner_lent_part;

#endif /* _VZCTX_OWNER_TABLE_H */
