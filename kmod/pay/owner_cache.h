/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - memory for owner entries, and those kept for a context's next objects
 *
 * Making and freeing an entry costs more than everything else a charge does, the
 * account of its memory most of all. So each context keeps a few on each CPU, its
 * spares. They stay with the context whose memory cgroup paid for them.
 */
#ifndef _VZCTX_OWNER_CACHE_H
#define _VZCTX_OWNER_CACHE_H

#include <linux/types.h>

struct vzctx;
struct vzctx_owner;
struct vzctx_part;

extern const struct vzctx_part vzctx_owner_spare_part;

struct vzctx_owner *vzctx_owner_alloc(u32 res, unsigned long units, gfp_t gfp);
struct vzctx_owner *vzctx_owner_alloc_lent(u32 res, unsigned long units,
					   gfp_t gfp);
struct vzctx_owner *vzctx_owner_get_spare(struct vzctx *ctx, u32 res,
					  unsigned long units, gfp_t gfp);
void vzctx_owner_discard(struct vzctx_owner *own);
void vzctx_owner_free(struct vzctx_owner *own);

int vzctx_owner_cache_init(void);
void vzctx_owner_cache_uninit(void);

#endif /* _VZCTX_OWNER_CACHE_H */
