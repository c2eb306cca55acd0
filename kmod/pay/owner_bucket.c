// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the owner table: its buckets, as many as there are entries
 *
 * Promised: what a task of the host pays for a look does not depend on how much
 * containers hold. Without memory for more buckets the table goes on with those it
 * has, and is only slower.
 *
 * Best effort: the table follows the number of entries some time later.
 *
 * A worker moves the entries into a table of another size, a bucket at a time. A
 * bucket that was moved says so, and whoever locks it goes on to the next table.
 * Who looks without a lock has the old table until all are moved. So the tags of a
 * moved bucket are all set, since something may be put into the other table
 * meanwhile. The old table is freed when nobody can have it.
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "base/part.h"
#include "pay/owner.h"
#include "pay/owner_bucket.h"

DEFINE_PER_CPU(struct vzctx_owner_count, vzctx_owner_count);

/* The one in use, and the one before or after it. */
static struct vzctx_owner_table tables[2];
struct vzctx_owner_table *vzctx_owner_table __read_mostly = &tables[0];

/* The table keeps its size while it is held. */
static DEFINE_MUTEX(size_lock);

/* So many entries are to be noticed. Under size_lock; may be read without it. */
static unsigned long enough __read_mostly;

static unsigned long buckets_of(const struct vzctx_owner_table *table)
{
	return 1UL << (64 - table->shift);
}

/* Goes on from a bucket that was moved; interrupts are off and stay so. */
struct vzctx_bucket *vzctx_owner_lock_next(const struct vzctx_owner_table *table,
					   struct vzctx_bucket *bucket,
					   const void *obj)
{
	do {
		raw_spin_unlock(&bucket->lock);
		table = table->next;
		bucket = vzctx_owner_bucket(table, obj);
		raw_spin_lock(&bucket->lock);
	} while (bucket->head.first == VZCTX_BUCKET_MOVED);
	return bucket;
}

/* Entries in the table; exact when nothing is charged meanwhile. */
static unsigned long entries(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(vzctx_owner_count, cpu).nr);
	return max(sum, 0L);
}

static unsigned long max_buckets(void)
{
	unsigned long bytes = totalram_pages() << PAGE_SHIFT;

	return 1UL << clamp_t(unsigned int,
			      ilog2(bytes / VZCTX_OWNER_BYTES_PER_BUCKET),
			      VZCTX_OWNER_BITS_MIN, VZCTX_OWNER_BITS_MAX);
}

/* How many buckets there are to be: the same again, or others. */
static unsigned long wanted(unsigned long nr, unsigned long buckets)
{
	if (nr <= buckets && nr >= buckets / 8)
		return buckets;
	return clamp(roundup_pow_of_two(nr + nr / 2 + 1),
		     1UL << VZCTX_OWNER_BITS_MIN, max_buckets());
}

/* Without memory there are other ways than to kill a task for it. */
static int make(struct vzctx_owner_table *table, unsigned long buckets)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL;
	unsigned long i;

	table->bucket = kvcalloc(buckets, sizeof(*table->bucket), gfp);
	if (!table->bucket)
		return -ENOMEM;
	table->shift = 64 - ilog2(buckets);
	table->next = NULL;
	for (i = 0; i < buckets; i++)
		raw_spin_lock_init(&table->bucket[i].lock);
	return 0;
}

static void move(struct vzctx_bucket *from, struct vzctx_owner_table *table)
{
	struct vzctx_owner *own;
	struct hlist_node *next;

	raw_spin_lock_irq(&from->lock);
	WRITE_ONCE(from->tags, U32_MAX);
	hlist_for_each_entry_safe(own, next, &from->head, node) {
		struct vzctx_bucket *to = vzctx_owner_bucket(table, own->obj);

		raw_spin_lock_nested(&to->lock, SINGLE_DEPTH_NESTING);
		hlist_add_head(&own->node, &to->head);
		WRITE_ONCE(to->tags, to->tags | vzctx_owner_tag(own->obj));
		raw_spin_unlock(&to->lock);
	}
	from->head.first = VZCTX_BUCKET_MOVED;
	raw_spin_unlock_irq(&from->lock);
}

/* Return: the table that was in use, to be freed; NULL if there is no other. */
static struct vzctx_owner_table *resize(void)
{
	struct vzctx_owner_table *old = vzctx_owner_table;
	struct vzctx_owner_table *new = &tables[old == tables];
	unsigned long i, buckets = buckets_of(old);
	unsigned long nr = entries(), want = wanted(nr, buckets);

	lockdep_assert_held(&size_lock);
	if (want == buckets || make(new, want)) {
		/* Not asked for again before it is worth more. */
		WRITE_ONCE(enough, nr > buckets ? 2 * nr : buckets);
		return NULL;
	}
	/* Before a bucket is moved, whose lock makes it seen. */
	old->next = new;
	for (i = 0; i < buckets; i++) {
		move(&old->bucket[i], new);
		cond_resched();
	}
	/* Pairs with the dependency of whoever reads it. */
	smp_store_release(&vzctx_owner_table, new);
	WRITE_ONCE(enough, want);
	return old;
}

static void fit(struct work_struct *work)
{
	struct vzctx_owner_table *old;

	mutex_lock(&size_lock);
	old = resize();
	mutex_unlock(&size_lock);
	if (!old)
		return;
	/*
	 * Who has read which table is in use may be preempted, but does not sleep
	 * before it is done with it: synchronize_rcu_tasks() waits for it. The idle
	 * tasks it leaves out. What they run, as interrupts too, has the interrupts or
	 * preemption off, which synchronize_rcu() waits for where RCU watches, and
	 * synchronize_rcu_tasks_rude() where the kernel lets it be traced without.
	 */
	synchronize_rcu_tasks();
	synchronize_rcu();
	synchronize_rcu_tasks_rude();
	kvfree(old->bucket);
	old->bucket = NULL;
}

static DECLARE_WORK(fit_work, fit);

/* Many entries were put in. Any context. */
void vzctx_owner_look_size(void)
{
	if (entries() > READ_ONCE(enough))
		queue_work(system_dfl_wq, &fit_work);
}

/* A context is gone, and perhaps most of what is in the table. */
static void shrink(struct vzctx *ctx)
{
	unsigned long buckets = READ_ONCE(enough);

	if (buckets > 1UL << VZCTX_OWNER_BITS_MIN && entries() < buckets / 8)
		queue_work(system_dfl_wq, &fit_work);
}

const struct vzctx_part vzctx_owner_bucket_part = {
	.free = shrink,
};

/**
 * vzctx_owner_walk() - goes through all buckets
 * @fn: called for each that may have entries, without its lock; may sleep
 * @arg: for @fn
 *
 * What is charged or rekeyed meanwhile may be missed. Sleeps.
 */
void vzctx_owner_walk(vzctx_bucket_fn fn, void *arg)
{
	struct vzctx_owner_table *table;
	unsigned long i;

	mutex_lock(&size_lock);
	table = vzctx_owner_table;
	for (i = 0; i < buckets_of(table); i++) {
		if (READ_ONCE(table->bucket[i].tags))
			fn(&table->bucket[i], arg);
		cond_resched();
	}
	mutex_unlock(&size_lock);
}

int vzctx_owner_bucket_init(void)
{
	enough = 1UL << VZCTX_OWNER_BITS_MIN;
	return make(vzctx_owner_table, enough);
}

/* The table is empty: purged, or never used. */
void vzctx_owner_bucket_uninit(void)
{
	cancel_work_sync(&fit_work);
	kvfree(vzctx_owner_table->bucket);
}
