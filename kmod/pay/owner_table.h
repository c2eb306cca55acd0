/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the owner table: where the entries are, and how they go all at once
 */
#ifndef _VZCTX_OWNER_TABLE_H
#define _VZCTX_OWNER_TABLE_H

#include <linux/hash.h>
#include <linux/spinlock_types.h>
#include <linux/types.h>

struct vzctx;
struct vzctx_owner;
struct vzctx_part;

extern struct hlist_head *vzctx_owner_table;
extern unsigned int vzctx_owner_shift;

/** vzctx_owner_bucket() - tells where the entries of an object are */
static __always_inline u32 vzctx_owner_bucket(const void *obj)
{
	return ((u64)(unsigned long)obj * GOLDEN_RATIO_64) >> vzctx_owner_shift;
}

/**
 * vzctx_owner_maybe() - tells whether an object may have an entry
 * @obj: an object being freed
 *
 * Reads the head of one bucket, without a lock. The task that frees an object has
 * seen the insertion that followed its making, so an empty bucket is final. Any
 * context; calls nothing traceable.
 *
 * Return: false if certainly no context pays for the object.
 */
static __always_inline bool vzctx_owner_maybe(const void *obj)
{
	return READ_ONCE(vzctx_owner_table[vzctx_owner_bucket(obj)].first);
}

int vzctx_owner_table_init(void);
void vzctx_owner_table_uninit(void);

raw_spinlock_t *vzctx_owner_lock(u32 bucket);
struct vzctx_owner *vzctx_owner_find(u32 bucket, const void *obj, u32 res);
void vzctx_owner_hash(u32 bucket, struct vzctx_owner *own);
void vzctx_owner_unhash(struct vzctx_owner *own);
void vzctx_owner_settle(struct vzctx_owner *own);
struct vzctx_owner *vzctx_owner_take(const void *obj, u32 res,
				     const struct vzctx *ctx);
void vzctx_owner_purge(void);

extern const struct vzctx_part vzctx_owner_lent_part;

#endif /* _VZCTX_OWNER_TABLE_H */
