// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the owner table: where the entries are, and how they go all at once
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "base/ctx.h"
#include "base/part.h"
#include "base/tunables.h"
#include "pay/cpu.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "pay/owner_table.h"

#define NR_LOCKS	(1U << VZCTX_OWNER_LOCK_BITS)

struct hlist_head *vzctx_owner_table __read_mostly;
static unsigned int vzctx_owner_bits __read_mostly;
unsigned int vzctx_owner_shift __read_mostly;

/* One lock for every so many buckets; raw, since frees come from anywhere. */
static struct {
	raw_spinlock_t lock;
} ____cacheline_aligned_in_smp locks[NR_LOCKS];

/* Guards a bucket and the units of its entries. */
raw_spinlock_t *vzctx_owner_lock(u32 bucket)
{
	return &locks[bucket & (NR_LOCKS - 1)].lock;
}

/* Under the lock of the bucket. */
struct vzctx_owner *vzctx_owner_find(u32 bucket, const void *obj, u32 res)
{
	struct vzctx_owner *own;

	lockdep_assert_held(vzctx_owner_lock(bucket));
	hlist_for_each_entry(own, &vzctx_owner_table[bucket], node)
		if (own->obj == obj && own->res == res)
			return own;
	return NULL;
}

/* Makes an entry known, also to its context. Under the lock of the bucket. */
void vzctx_owner_hash(u32 bucket, struct vzctx_owner *own)
{
	struct vzctx *ctx = own->ctx;

	lockdep_assert_held(vzctx_owner_lock(bucket));
	this_cpu_inc(*ctx->objects);
	hlist_add_head(&own->node, &vzctx_owner_table[bucket]);
	if (own->lent) {
		raw_spin_lock(&ctx->lent_lock);
		hlist_add_head(own->mine, &ctx->lent);
		raw_spin_unlock(&ctx->lent_lock);
	} else if (own->res == UB_NUMPROC) {
		vzctx_cpu_join(own);
	}
}

/* Undoes vzctx_owner_hash(), under the same lock. */
void vzctx_owner_unhash(struct vzctx_owner *own)
{
	struct vzctx *ctx = own->ctx;

	this_cpu_dec(*ctx->objects);
	hlist_del(&own->node);
	if (own->lent) {
		raw_spin_lock(&ctx->lent_lock);
		hlist_del(own->mine);
		raw_spin_unlock(&ctx->lent_lock);
	} else if (own->res == UB_NUMPROC) {
		vzctx_cpu_leave(own);
	}
}

/* Gives the units back, then the entry and its reference. Any context. */
void vzctx_owner_settle(struct vzctx_owner *own)
{
	struct vzctx *ctx = own->ctx;

	if (!vzctx_bc_uncharge(&ctx->bc[own->res], own->units))
		pr_warn_once("CT %u: %s uncharged more than held\n",
			     ctx->ctid, vzctx_res[own->res].name);
	vzctx_owner_discard(own);
	vzctx_put(ctx);
}

/**
 * vzctx_owner_take() - unties a charge from an object about to be replaced
 * @obj: the object, kept from being freed by the caller
 * @res: UB_*
 * @ctx: who must be the payer; NULL: anybody
 *
 * The units stay charged, so that nobody else gets them before the object that
 * takes the place has them. Any context.
 *
 * Return: an entry to publish or cancel, or NULL if there is none
 * or @ctx does not pay.
 */
struct vzctx_owner *vzctx_owner_take(const void *obj, u32 res,
				     const struct vzctx *ctx)
{
	u32 bucket = vzctx_owner_bucket(obj);
	struct vzctx_owner *own;
	unsigned long flags;

	raw_spin_lock_irqsave(vzctx_owner_lock(bucket), flags);
	own = vzctx_owner_find(bucket, obj, res);
	if (own && (!ctx || own->ctx == ctx))
		vzctx_owner_unhash(own);
	else
		own = NULL;
	raw_spin_unlock_irqrestore(vzctx_owner_lock(bucket), flags);
	return own;
}

/* What was lent last, if it is there still. */
static bool key_of_lent(struct vzctx *ctx, const void **obj, u32 *res)
{
	struct hlist_node *mine;

	raw_spin_lock_irq(&ctx->lent_lock);
	mine = ctx->lent.first;
	if (mine) {
		const struct vzctx_owner *own;

		own = container_of(mine, struct vzctx_owner, mine[0]);
		*obj = own->obj;
		*res = own->res;
	}
	raw_spin_unlock_irq(&ctx->lent_lock);
	return mine;
}

/*
 * The context is lent nothing more. Without this the terminal a container was
 * started from would keep it dying for as long as the terminal is open.
 */
static void return_lent(struct vzctx *ctx)
{
	const void *obj;
	u32 res;

	/* An entry that goes by itself meanwhile leaves the list as well. */
	while (key_of_lent(ctx, &obj, &res)) {
		struct vzctx_owner *own = vzctx_owner_take(obj, res, ctx);

		if (own)
			vzctx_owner_settle(own);
		cond_resched();
	}
}

static int prepare(struct vzctx *ctx)
{
	raw_spin_lock_init(&ctx->lent_lock);
	INIT_HLIST_HEAD(&ctx->lent);
	return 0;
}

const struct vzctx_part vzctx_owner_lent_part = {
	.alloc = prepare,
	.release = return_lent,
};

/**
 * vzctx_owner_purge() - forgets every charge
 *
 * For unloading: hooks are removed, so the objects would be freed unseen.
 */
void vzctx_owner_purge(void)
{
	struct vzctx_owner *own;
	struct hlist_node *next;
	u32 bucket;

	for (bucket = 0; bucket < 1U << vzctx_owner_bits; bucket++) {
		HLIST_HEAD(gone);

		if (hlist_empty(&vzctx_owner_table[bucket]))
			continue;
		raw_spin_lock_irq(vzctx_owner_lock(bucket));
		hlist_for_each_entry_safe(own, next,
					  &vzctx_owner_table[bucket], node) {
			vzctx_owner_unhash(own);
			hlist_add_head(&own->node, &gone);
		}
		raw_spin_unlock_irq(vzctx_owner_lock(bucket));
		hlist_for_each_entry_safe(own, next, &gone, node)
			vzctx_owner_settle(own);
		cond_resched();
	}
}

int vzctx_owner_table_init(void)
{
	unsigned long bytes = totalram_pages() << PAGE_SHIFT;
	unsigned int i;

	vzctx_owner_bits = clamp_t(unsigned int,
				   ilog2(bytes / VZCTX_OWNER_BYTES_PER_BUCKET),
				   VZCTX_OWNER_BITS_MIN, VZCTX_OWNER_BITS_MAX);
	vzctx_owner_shift = 64 - vzctx_owner_bits;
	for (i = 0; i < NR_LOCKS; i++)
		raw_spin_lock_init(&locks[i].lock);
	vzctx_owner_table = kvcalloc(1UL << vzctx_owner_bits,
				     sizeof(*vzctx_owner_table), GFP_KERNEL);
	return vzctx_owner_table ? 0 : -ENOMEM;
}

/* The table is empty: purged, or never used. */
void vzctx_owner_table_uninit(void)
{
	kvfree(vzctx_owner_table);
}
