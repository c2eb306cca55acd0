// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the owner table: the entries in it, and how they go all at once
 */
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "base/ctx.h"
#include "base/part.h"
#include "pay/cpu.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "pay/owner_table.h"

static __always_inline void give_back(struct vzctx *ctx, u32 res, unsigned long units)
{
	if (units && !vzctx_bc_uncharge(&ctx->bc[res], units))
		pr_warn_once("CT %u: %s uncharged more than held\n",
			     ctx->ctid, vzctx_res[res].name);
}

/* A side takes the first place, which is free. */
static void promote(struct vzctx_owner *own, unsigned int side)
{
	u8 gone = own->res, res = own->side_res[side];
	unsigned int i;

	own->res = res;
	own->units = own->side[side];
	own->side[side] = 0;
	for (i = 0; i < VZCTX_OWNER_SIDES; i++)
		if (own->side_res[i] == gone)
			own->side_res[i] = res;
}

/* For vzctx_owner_drop(): something stays, something goes. Return: false. */
bool vzctx_owner_drop_some(struct vzctx_owner *own, u32 mask)
{
	unsigned int i;

	for (i = 0; i < VZCTX_OWNER_SIDES; i++) {
		if (own->side_res[i] == own->res ||
		    !(BIT(own->side_res[i]) & mask))
			continue;
		give_back(own->ctx, own->side_res[i], own->side[i]);
		own->side[i] = 0;
		own->side_res[i] = own->res;
	}
	if (!(BIT(own->res) & mask))
		return false;
	give_back(own->ctx, own->res, own->units);
	promote(own, own->side_res[0] == own->res);
	return false;
}

/* Under the lock of the bucket. */
struct vzctx_owner *vzctx_owner_find(const struct vzctx_bucket *bucket,
				     const void *obj, u32 res)
{
	struct vzctx_owner *own;

	lockdep_assert_held(&bucket->lock);
	hlist_for_each_entry(own, &bucket->head, node)
		if (own->obj == obj && vzctx_owner_is_for(own, res))
			return own;
	return NULL;
}

/* An entry that has a place among those of its context is put there. */
void vzctx_owner_link(struct vzctx_owner *own)
{
	struct vzctx *ctx = own->ctx;

	if (!own->lent) {
		vzctx_cpu_join(own);
		return;
	}
	raw_spin_lock(&ctx->lent_lock);
	hlist_add_head(own->mine, &ctx->lent);
	raw_spin_unlock(&ctx->lent_lock);
}

/* Undoes vzctx_owner_link(). */
void vzctx_owner_unlink(struct vzctx_owner *own)
{
	struct vzctx *ctx = own->ctx;

	if (!own->lent) {
		vzctx_cpu_leave(own);
		return;
	}
	raw_spin_lock(&ctx->lent_lock);
	hlist_del(own->mine);
	raw_spin_unlock(&ctx->lent_lock);
}

/* The tags of what a bucket has. Under its lock. */
u32 vzctx_owner_tags(const struct vzctx_bucket *bucket)
{
	const struct vzctx_owner *own;
	u32 tags = 0;

	hlist_for_each_entry(own, &bucket->head, node)
		tags |= vzctx_owner_tag(own->obj);
	return tags;
}

/* Gives the units back, then the entry and its reference. Any context. */
void vzctx_owner_settle(struct vzctx_owner *own)
{
	struct vzctx *ctx = own->ctx;
	unsigned int i;

	give_back(ctx, own->res, own->units);
	if (vzctx_owner_has_sides(own))
		for (i = 0; i < VZCTX_OWNER_SIDES; i++)
			give_back(ctx, own->side_res[i], own->side[i]);
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
	struct vzctx_bucket *bucket;
	struct vzctx_owner *own;
	unsigned long flags;

	bucket = vzctx_owner_lock(obj, &flags);
	own = vzctx_owner_find(bucket, obj, res);
	if (own && (!ctx || own->ctx == ctx))
		vzctx_owner_unhash(bucket, own);
	else
		own = NULL;
	vzctx_owner_unlock(bucket, flags);
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

static void purge(struct vzctx_bucket *bucket, void *arg)
{
	struct vzctx_owner *own;
	struct hlist_node *next;
	HLIST_HEAD(gone);

	raw_spin_lock_irq(&bucket->lock);
	hlist_for_each_entry_safe(own, next, &bucket->head, node) {
		vzctx_owner_unhash(bucket, own);
		hlist_add_head(&own->node, &gone);
	}
	raw_spin_unlock_irq(&bucket->lock);
	hlist_for_each_entry_safe(own, next, &gone, node)
		vzctx_owner_settle(own);
}

/**
 * vzctx_owner_purge() - forgets every charge
 *
 * For unloading: hooks are removed, so the objects would be freed unseen.
 */
void vzctx_owner_purge(void)
{
	vzctx_owner_walk(purge, NULL);
}
