// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - who pays for an object
 */
#include <linux/err.h>
#include <linux/spinlock.h>

#include "base/ctx.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "pay/owner_table.h"

/* Some refusals never reach an application, but they are refusals. */
int vzctx_owner_refusal(u32 res)
{
	return -(vzctx_res[res].err ?: ENOBUFS);
}

/**
 * vzctx_owner_charge() - charges for an object about to be made
 * @ctx: who pays; the reference is taken over, whatever the outcome
 * @res: UB_*
 * @units: how many
 * @gfp: for the entry, see vzctx_owner_alloc()
 *
 * In maxheld once it is published.
 *
 * Return: an entry to publish or cancel, or an ERR_PTR: the errno of the
 * resource when refused (then failcnt has grown and an event is on its way),
 * the same errno when there is no memory for the entry.
 */
struct vzctx_owner *vzctx_owner_charge(struct vzctx *ctx, u32 res,
				       unsigned long units, gfp_t gfp)
{
	struct vzctx_owner *own = vzctx_owner_get_spare(ctx, res, units, gfp);

	if (!own)
		goto err_put;
	own->ctx = ctx;
	if (!vzctx_bc_reserve(&ctx->bc[res], units, VZCTX_HARD)) {
		vzctx_bc_fail(&ctx->bc[res]);
		vzctx_event_limit(ctx, res, units);
		goto err_free;
	}
	return own;

err_free:
	vzctx_owner_discard(own);
err_put:
	vzctx_put(ctx);
	return ERR_PTR(vzctx_owner_refusal(res));
}

/**
 * vzctx_owner_force() - charges a prepared entry, whatever the limit
 * @own: from vzctx_owner_alloc(); then to be published
 * @ctx: who pays; the caller keeps its reference
 *
 * Any context.
 */
void vzctx_owner_force(struct vzctx_owner *own, struct vzctx *ctx)
{
	percpu_ref_get(&ctx->ref);
	own->ctx = ctx;
	if (own->units)
		vzctx_bc_charge(&ctx->bc[own->res], own->units, VZCTX_FORCE);
}

/**
 * vzctx_owner_also() - lets an entry stand for another resource, of 0 units yet
 * @own: not published; for at most VZCTX_OWNER_SIDES others
 * @res: UB_*; does nothing if it is not charged on this kernel
 */
void vzctx_owner_also(struct vzctx_owner *own, u32 res)
{
	if (vzctx_res_active(res))
		own->side_res[own->side_res[0] != own->res] = res;
}

/* Whether an object is charged to somebody. Any context. */
bool vzctx_owner_known(const void *obj, u32 res)
{
	struct vzctx_bucket *bucket;
	unsigned long flags;
	bool known;

	bucket = vzctx_owner_lock(obj, &flags);
	known = vzctx_owner_find(bucket, obj, res);
	vzctx_owner_unlock(bucket, flags);
	return known;
}

/* An entry of the same object for one of the same resources. */
static struct vzctx_owner *find_stale(const struct vzctx_bucket *bucket,
				      const struct vzctx_owner *own)
{
	struct vzctx_owner *stale;

	hlist_for_each_entry(stale, &bucket->head, node)
		if (unlikely(stale->obj == own->obj) &&
		    vzctx_owner_parts(stale) & vzctx_owner_parts(own))
			return stale;
	return NULL;
}

/**
 * vzctx_owner_publish_ahead() - ties a charge to what stands for its object
 * @own: from vzctx_owner_charge(); given up
 * @key: of what is not made for good yet; nobody else can free it
 *
 * As vzctx_owner_publish(), but not in maxheld before vzctx_owner_rekey() or
 * vzctx_owner_keep().
 */
void vzctx_owner_publish_ahead(struct vzctx_owner *own, const void *key)
{
	struct vzctx_bucket *bucket;
	struct vzctx_owner *stale;
	unsigned long flags;

	own->obj = key;
	for (;;) {
		bucket = vzctx_owner_lock(key, &flags);
		stale = find_stale(bucket, own);
		if (likely(!stale))
			break;
		vzctx_owner_unhash(bucket, stale);
		vzctx_owner_unlock(bucket, flags);
		vzctx_owner_settle(stale);
	}
	vzctx_owner_hash(bucket, own);
	vzctx_owner_unlock(bucket, flags);
	vzctx_owner_added();
}

/**
 * vzctx_owner_publish() - ties a charge to its object
 * @own: from vzctx_owner_charge(); given up
 * @obj: the object; nobody else can free it yet
 *
 * A key that is there already is stale: its object went unseen. It is settled.
 * Any context.
 */
void vzctx_owner_publish(struct vzctx_owner *own, const void *obj)
{
	if (own->units)
		vzctx_bc_mark(&own->ctx->bc[own->res]);
	vzctx_owner_publish_ahead(own, obj);
}

/**
 * vzctx_owner_publish_new() - ties a charge to an object that has none
 * @own: not published; given up on success
 * @obj: the object, kept from being freed by the caller
 *
 * For objects that live already, which several tasks may be about to charge.
 * Any context.
 *
 * Return: false if there is an entry already.
 */
bool vzctx_owner_publish_new(struct vzctx_owner *own, const void *obj)
{
	struct vzctx_bucket *bucket;
	unsigned long flags;
	bool known;

	own->obj = obj;
	bucket = vzctx_owner_lock(obj, &flags);
	known = vzctx_owner_find(bucket, obj, own->res);
	if (!known)
		vzctx_owner_hash(bucket, own);
	vzctx_owner_unlock(bucket, flags);
	if (!known)
		vzctx_owner_added();
	return !known;
}

/* Takes a charge back whose object was not made. Any context. */
void vzctx_owner_cancel(struct vzctx_owner *own)
{
	vzctx_owner_settle(own);
}

/**
 * vzctx_owner_uncharge() - an object is being freed
 * @obj: the object
 * @res: UB_*
 *
 * Does nothing for an object without an entry, so it may be called for the
 * same object from more than one place. Any context.
 */
void vzctx_owner_uncharge(const void *obj, u32 res)
{
	struct vzctx_bucket *bucket;
	struct vzctx_owner *own;
	unsigned long flags;

	bucket = vzctx_owner_lock(obj, &flags);
	own = vzctx_owner_find(bucket, obj, res);
	if (own && (!vzctx_owner_has_sides(own) ||
		    vzctx_owner_drop(own, BIT(res))))
		vzctx_owner_unhash(bucket, own);
	else
		own = NULL;
	vzctx_owner_unlock(bucket, flags);
	if (own)
		vzctx_owner_settle(own);
}

/**
 * vzctx_owner_uncharge_mask() - likewise for an object of several resources
 * @obj: the object
 * @mask: BIT(UB_*)
 *
 * Any context.
 */
void vzctx_owner_uncharge_mask(const void *obj, u32 mask)
{
	struct vzctx_bucket *bucket;
	struct vzctx_owner *own;
	struct hlist_node *next;
	unsigned long flags;
	HLIST_HEAD(gone);

	bucket = vzctx_owner_lock(obj, &flags);
	hlist_for_each_entry_safe(own, next, &bucket->head, node) {
		if (own->obj != obj || !vzctx_owner_drop(own, mask))
			continue;
		vzctx_owner_unhash(bucket, own);
		hlist_add_head(&own->node, &gone);
	}
	vzctx_owner_unlock(bucket, flags);
	hlist_for_each_entry_safe(own, next, &gone, node)
		vzctx_owner_settle(own);
}

/**
 * vzctx_owner_adopt() - charges for an object that is there already
 * @ctx: who pays; the caller keeps its reference
 * @res: UB_*; does nothing if it is not charged on this kernel
 * @obj: one unit; kept from being freed by the caller
 *
 * Never refused by a limit. Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_owner_adopt(struct vzctx *ctx, u32 res, const void *obj)
{
	struct vzctx_owner *own;

	if (!vzctx_res_active(res))
		return 0;
	own = vzctx_owner_alloc(res, 1, GFP_KERNEL_ACCOUNT);
	if (!own)
		return -ENOMEM;
	vzctx_owner_force(own, ctx);
	vzctx_owner_publish(own, obj);
	return 0;
}

int vzctx_owner_init(void)
{
	int err = vzctx_owner_cache_init();

	if (err)
		return err;
	err = vzctx_owner_bucket_init();
	if (err)
		vzctx_owner_cache_uninit();
	return err;
}

/* The table is empty: purged, or never used. */
void vzctx_owner_uninit(void)
{
	vzctx_owner_bucket_uninit();
	vzctx_owner_cache_uninit();
}
