/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the owner table: the entries in it, and how they go all at once
 */
#ifndef _VZCTX_OWNER_TABLE_H
#define _VZCTX_OWNER_TABLE_H

#include <linux/bits.h>
#include <linux/types.h>

#include "base/ctx.h"
#include "pay/owner.h"
#include "pay/owner_bucket.h"

struct vzctx_part;

/* What an entry stands for; under the lock of its bucket, or not published. */
static inline bool vzctx_owner_has_sides(const struct vzctx_owner *own)
{
	return own->side_res[0] != own->res || own->side_res[1] != own->res;
}

static inline bool vzctx_owner_is_for(const struct vzctx_owner *own, u32 res)
{
	return own->res == res || own->side_res[0] == res ||
	       own->side_res[1] == res;
}

/* BIT(UB_*) */
static inline u32 vzctx_owner_parts(const struct vzctx_owner *own)
{
	return BIT(own->res) | BIT(own->side_res[0]) | BIT(own->side_res[1]);
}

bool vzctx_owner_drop_some(struct vzctx_owner *own, u32 mask);

/**
 * vzctx_owner_drop() - an entry stands for some resources no more
 * @own: the entry, the lock of its bucket is held
 * @mask: BIT(UB_*)
 *
 * What it was charged of them is given back, if there is something else it stands
 * for.
 *
 * Return: true if there is nothing else, so that it is to be settled.
 */
static inline bool vzctx_owner_drop(struct vzctx_owner *own, u32 mask)
{
	u32 parts = vzctx_owner_parts(own);

	return !(parts & ~mask) ||
	       ((parts & mask) && vzctx_owner_drop_some(own, mask));
}

struct vzctx_owner *vzctx_owner_find(const struct vzctx_bucket *bucket,
				     const void *obj, u32 res);

void vzctx_owner_link(struct vzctx_owner *own);
void vzctx_owner_unlink(struct vzctx_owner *own);
u32 vzctx_owner_tags(const struct vzctx_bucket *bucket);

/**
 * vzctx_owner_hash() - makes an entry known, also to its context
 * @bucket: that of its object, locked
 * @own: the entry; vzctx_owner_added() is to follow
 */
static inline void vzctx_owner_hash(struct vzctx_bucket *bucket,
				    struct vzctx_owner *own)
{
	lockdep_assert_held(&bucket->lock);
	this_cpu_inc(*own->ctx->objects);
	hlist_add_head(&own->node, &bucket->head);
	WRITE_ONCE(bucket->tags, bucket->tags | vzctx_owner_tag(own->obj));
	if (unlikely(vzctx_owner_is_linked(own)))
		vzctx_owner_link(own);
}

/* Undoes vzctx_owner_hash(), under the same lock. */
static inline void vzctx_owner_unhash(struct vzctx_bucket *bucket,
				      struct vzctx_owner *own)
{
	lockdep_assert_held(&bucket->lock);
	this_cpu_dec(*own->ctx->objects);
	vzctx_owner_removed();
	hlist_del(&own->node);
	WRITE_ONCE(bucket->tags,
		   bucket->head.first ? vzctx_owner_tags(bucket) : 0);
	if (unlikely(vzctx_owner_is_linked(own)))
		vzctx_owner_unlink(own);
}

void vzctx_owner_settle(struct vzctx_owner *own);
struct vzctx_owner *vzctx_owner_take(const void *obj, u32 res,
				     const struct vzctx *ctx);
void vzctx_owner_purge(void);

extern const struct vzctx_part vzctx_owner_lent_part;

#endif /* _VZCTX_OWNER_TABLE_H */
