// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - memory for owner entries, and those kept for a context's next objects
 */
#include <linux/irqflags.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "base/ctx.h"
#include "base/part.h"
#include "base/tunables.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"

/* Of entries with and without a place among those of their context. */
static struct kmem_cache *cache;
static struct kmem_cache *linked_cache;

/**
 * struct vzctx_spare - the entries of one context on one CPU
 * @first: linked through the entry's node.next; with interrupts off, since an
 *	interrupt may free objects
 * @nr: how many; likewise
 */
struct vzctx_spare {
	struct hlist_node *first;
	unsigned int nr;
};

static void prepare(struct vzctx_owner *own, u32 res, unsigned long units)
{
	own->obj = NULL;
	own->ctx = NULL;
	own->units = units;
	own->res = res;
	memset(own->side_res, res, sizeof(own->side_res));
	memset(own->side, 0, sizeof(own->side));
	own->lent = false;
	own->state = 0;
}

static struct vzctx_owner *alloc(u32 res, unsigned long units, bool lent,
				 gfp_t gfp)
{
	struct vzctx_owner *own;

	own = kmem_cache_alloc(lent || res == UB_NUMPROC ? linked_cache : cache,
			       gfp);
	if (own) {
		prepare(own, res, units);
		own->lent = lent;
	}
	return own;
}

/**
 * vzctx_owner_alloc() - makes an entry that charges no context yet
 * @res: UB_*
 * @units: how many it will stand for
 * @gfp: GFP_KERNEL_ACCOUNT where sleeping is allowed: the calling task's memory
 *	cgroup pays; GFP_ATOMIC elsewhere
 *
 * Return: the entry, for vzctx_owner_force() or vzctx_owner_free(), or NULL.
 */
struct vzctx_owner *vzctx_owner_alloc(u32 res, unsigned long units, gfp_t gfp)
{
	return alloc(res, units, false, gfp);
}

/* Likewise, for an object that was there before the context. */
struct vzctx_owner *vzctx_owner_alloc_lent(u32 res, unsigned long units,
					   gfp_t gfp)
{
	return alloc(res, units, true, gfp);
}

/* Frees an entry that charges no context. Any context. */
void vzctx_owner_free(struct vzctx_owner *own)
{
	kmem_cache_free(vzctx_owner_is_linked(own) ? linked_cache : cache, own);
}

static int spare_alloc(struct vzctx *ctx)
{
	ctx->spare = alloc_percpu(struct vzctx_spare);
	return ctx->spare ? 0 : -ENOMEM;
}

/* No reference to the context is left. */
static void spare_free(struct vzctx *ctx)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct hlist_node *node = per_cpu_ptr(ctx->spare, cpu)->first;

		while (node) {
			struct vzctx_owner *own;

			own = hlist_entry(node, struct vzctx_owner, node);
			node = node->next;
			vzctx_owner_free(own);
		}
	}
	free_percpu(ctx->spare);
}

const struct vzctx_part vzctx_owner_spare_part = {
	.alloc = spare_alloc,
	.free = spare_free,
};

/* An entry whose members say nothing, or NULL if none is kept here. */
static struct vzctx_owner *take(struct vzctx *ctx)
{
	struct vzctx_spare *spare;
	struct hlist_node *node;
	unsigned long flags;

	local_irq_save(flags);
	spare = this_cpu_ptr(ctx->spare);
	node = spare->first;
	if (node) {
		spare->first = node->next;
		spare->nr--;
	}
	local_irq_restore(flags);
	return node ? hlist_entry(node, struct vzctx_owner, node) : NULL;
}

/* False if enough are kept here. */
static bool keep(struct vzctx *ctx, struct vzctx_owner *own)
{
	struct vzctx_spare *spare;
	unsigned long flags;
	bool kept;

	local_irq_save(flags);
	spare = this_cpu_ptr(ctx->spare);
	kept = spare->nr < VZCTX_OWNER_SPARE;
	if (kept) {
		own->node.next = spare->first;
		spare->first = &own->node;
		spare->nr++;
	}
	local_irq_restore(flags);
	return kept;
}

/**
 * vzctx_owner_get_spare() - takes an entry that was kept, or makes one
 * @ctx: whose; referenced by the caller
 * @res: as for vzctx_owner_alloc()
 * @units: likewise
 * @gfp: likewise
 *
 * Any context that @gfp allows.
 *
 * Return: as vzctx_owner_alloc().
 */
struct vzctx_owner *vzctx_owner_get_spare(struct vzctx *ctx, u32 res,
					  unsigned long units, gfp_t gfp)
{
	struct vzctx_owner *own = NULL;

	if (res != UB_NUMPROC)
		own = take(ctx);
	if (!own)
		return vzctx_owner_alloc(res, units, gfp);
	prepare(own, res, units);
	return own;
}

/**
 * vzctx_owner_discard() - keeps or frees an entry that charges no context any more
 * @own: the entry; the context it was charged to is still referenced
 *
 * Any context.
 */
void vzctx_owner_discard(struct vzctx_owner *own)
{
	if (vzctx_owner_is_linked(own) || !keep(own->ctx, own))
		vzctx_owner_free(own);
}

/*
 * Every member is set at each allocation. With a constructor the allocator does
 * not clear the object before that, as it otherwise does under init_on_alloc.
 */
static void no_zeroing(void *own)
{
}

int vzctx_owner_cache_init(void)
{
	/* With the allocator's pointer a common entry is one cache line. */
	BUILD_BUG_ON(sizeof(struct vzctx_owner) + sizeof(void *) > 64);
	cache = kmem_cache_create("vzctx_owner", sizeof(struct vzctx_owner), 0,
				  SLAB_HWCACHE_ALIGN, no_zeroing);
	linked_cache = kmem_cache_create("vzctx_owner_linked",
					 struct_size_t(struct vzctx_owner,
						       mine, 1),
					 0, 0, no_zeroing);
	if (cache && linked_cache)
		return 0;
	vzctx_owner_cache_uninit();
	return -ENOMEM;
}

/* No entry is left. */
void vzctx_owner_cache_uninit(void)
{
	kmem_cache_destroy(linked_cache);
	kmem_cache_destroy(cache);
}
