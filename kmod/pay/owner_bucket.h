/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the owner table: its buckets, as many as there are entries
 *
 * They take at most 1/256 of the machine's memory, half as much again while a table
 * is replaced. What a burst took stays until a context has ended.
 */
#ifndef _VZCTX_OWNER_BUCKET_H
#define _VZCTX_OWNER_BUCKET_H

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
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
	return 1U << ((vzctx_owner_hash_of(obj) >> 32) % 32);
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
 * objects without an entry one in thirty has the tag of another. Any context; calls
 * nothing traceable.
 *
 * Return: false if certainly no context pays for the object.
 */
static __always_inline bool vzctx_owner_maybe(const void *obj)
{
	const struct vzctx_owner_table *table = READ_ONCE(vzctx_owner_table);

	return READ_ONCE(vzctx_owner_bucket(table, obj)->tags) &
	       vzctx_owner_tag(obj);
}

/* The head of a bucket whose entries are in the next table. */
#define VZCTX_BUCKET_MOVED	((struct hlist_node *)1)

struct vzctx_bucket *vzctx_owner_lock_next(const struct vzctx_owner_table *table,
					   struct vzctx_bucket *bucket,
					   const void *obj);

/**
 * vzctx_owner_lock() - locks the bucket of an object
 * @obj: the object
 * @flags: for vzctx_owner_unlock()
 *
 * Any context.
 *
 * Return: the bucket.
 */
static __always_inline struct vzctx_bucket *vzctx_owner_lock(const void *obj,
							     unsigned long *flags)
	__acquires(bucket->lock)
{
	const struct vzctx_owner_table *table = READ_ONCE(vzctx_owner_table);
	struct vzctx_bucket *bucket = vzctx_owner_bucket(table, obj);

	raw_spin_lock_irqsave(&bucket->lock, *flags);
	if (likely(bucket->head.first != VZCTX_BUCKET_MOVED))
		return bucket;
	return vzctx_owner_lock_next(table, bucket, obj);
}

/** vzctx_owner_unlock() - undoes vzctx_owner_lock() */
static __always_inline void vzctx_owner_unlock(struct vzctx_bucket *bucket,
					       unsigned long flags)
	__releases(bucket->lock)
{
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
}

/**
 * struct vzctx_owner_count - what one CPU has done to the table
 * @nr: entries put in less those taken out; only the sum over CPUs says something
 * @added: entries put in
 */
struct vzctx_owner_count {
	long nr;
	unsigned int added;
};

DECLARE_PER_CPU(struct vzctx_owner_count, vzctx_owner_count);

void vzctx_owner_look_size(void);

/** vzctx_owner_added() - an entry was put in; without the lock of a bucket */
static inline void vzctx_owner_added(void)
{
	this_cpu_inc(vzctx_owner_count.nr);
	if (!(this_cpu_inc_return(vzctx_owner_count.added) %
	      VZCTX_OWNER_LOOKS))
		vzctx_owner_look_size();
}

/** vzctx_owner_removed() - an entry was taken out */
static inline void vzctx_owner_removed(void)
{
	this_cpu_dec(vzctx_owner_count.nr);
}

typedef void (*vzctx_bucket_fn)(struct vzctx_bucket *bucket, void *arg);
void vzctx_owner_walk(vzctx_bucket_fn fn, void *arg);

int vzctx_owner_bucket_init(void);
void vzctx_owner_bucket_uninit(void);

extern const struct vzctx_part vzctx_owner_bucket_part;

#endif /* _VZCTX_OWNER_BUCKET_H */
