/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the owner table: its buckets, as many as there are entries
 */
#ifndef _VZCTX_OWNER_BUCKET_H
#define _VZCTX_OWNER_BUCKET_H

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/spinlock_types.h>
#include <linux/types.h>

#include "base/tunables.h"

struct vzctx_part;

/**
 * struct vzctx_bucket - entries whose hashes begin alike
 * @lock: guards @head and the units of the entries; raw, since frees come from
 *	anywhere
 * @tags: a bit for each entry, by further bits of its hash; written under @lock,
 *	read anywhere
 * @head: the entries
 *
 * All that a charge writes of the table, in one cache line.
 */
struct vzctx_bucket {
	raw_spinlock_t lock;
	u32 tags;
	struct hlist_head head;
};

/**
 * struct vzctx_owner_table - the buckets
 * @bucket: as many as there are numbers of 64 - @shift bits
 * @shift: from a hash to the number of its bucket
 * @next: the table its entries are moved to
 */
struct vzctx_owner_table {
	struct vzctx_bucket *bucket;
	unsigned int shift;
	struct vzctx_owner_table *next;
};

extern struct vzctx_owner_table *vzctx_owner_table;

static __always_inline u64 vzctx_owner_hash_of(const void *obj)
{
	return (u64)(unsigned long)obj * GOLDEN_RATIO_64;
}

/** vzctx_owner_tag() - bits of the hash that no number of a bucket has */
static __always_inline u32 vzctx_owner_tag(const void *obj)
{
	return 1U << (u32)(vzctx_owner_hash_of(obj) >> 32) % 32;
}

/** vzctx_owner_bucket() - tells where in a table the entries of an object are */
static __always_inline struct vzctx_bucket *
vzctx_owner_bucket(const struct vzctx_owner_table *table, const void *obj)
{
	return &table->bucket[vzctx_owner_hash_of(obj) >> table->shift];
}

/**
 * vzctx_owner_maybe() - tells whether an object may have an entry
 * @obj: an object being freed
 *
 * Reads the tags of one bucket, without a lock. The task that frees an object has
 * seen the insertion that followed its making, so a missing tag is final. Of
 * objects without an entry one in thirty has the tag of another. Callbacks only,
 * which is what a table is kept for; calls nothing traceable.
 *
 * Return: false if certainly no context pays for the object.
 */
static __always_inline bool vzctx_owner_maybe(const void *obj)
{
	const struct vzctx_owner_table *table = READ_ONCE(vzctx_owner_table);

	return READ_ONCE(vzctx_owner_bucket(table, obj)->tags) &
	       vzctx_owner_tag(obj);
}

struct vzctx_bucket *vzctx_owner_lock(const void *obj, unsigned long *flags)
	__acquires(bucket->lock);
void vzctx_owner_unlock(struct vzctx_bucket *bucket, unsigned long flags)
	__releases(bucket->lock);

/* Has the table looked at now and then; without the lock of a bucket. */
void vzctx_owner_added(void);
void vzctx_owner_removed(void);

typedef void (*vzctx_bucket_fn)(struct vzctx_bucket *bucket, void *arg);
void vzctx_owner_walk(vzctx_bucket_fn fn, void *arg);

int vzctx_owner_bucket_init(void);
void vzctx_owner_bucket_uninit(void);

extern const struct vzctx_part vzctx_owner_bucket_part;

#endif /* _VZCTX_OWNER_BUCKET_H */
