// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - charges that change while their object lives
 */
#include <linux/minmax.h>
#include <linux/spinlock.h>

#include "base/ctx.h"
#include "pay/owner.h"
#include "pay/owner_change.h"
#include "pay/owner_table.h"

/**
 * vzctx_owner_rekey() - a charge made ahead finds its object
 * @from: what it was published for, in place of the object
 * @res: UB_*
 * @to: the object; nobody else can free it yet
 *
 * Does nothing without such an entry. Any context.
 */
void vzctx_owner_rekey(const void *from, u32 res, const void *to)
{
	struct vzctx_owner *own = vzctx_owner_take(from, res, NULL);

	if (own)
		vzctx_owner_publish(own, to);
}

/**
 * vzctx_owner_payer() - tells who pays for an object
 * @obj: the object, kept from being freed by the caller
 * @res: UB_*
 *
 * For what is made by an object rather than by a task, and for memory an object
 * takes while no task of its context is running. Any context.
 *
 * Return: a referenced context, perhaps dying, or NULL.
 */
struct vzctx *vzctx_owner_payer(const void *obj, u32 res)
{
	struct vzctx_bucket *bucket;
	struct vzctx *ctx = NULL;
	struct vzctx_owner *own;
	unsigned long flags;

	bucket = vzctx_owner_lock(obj, &flags);
	own = vzctx_owner_find(bucket, obj, res);
	if (own) {
		ctx = own->ctx;
		percpu_ref_get(&ctx->ref);
	}
	vzctx_owner_unlock(bucket, flags);
	return ctx;
}

/* As vzctx_owner_grow(); @ahead: as vzctx_owner_reserve(). */
static int grow(const void *obj, u32 res, unsigned long units,
		enum vzctx_severity severity, bool ahead)
{
	struct vzctx_bucket *bucket;
	struct vzctx *refused = NULL;
	struct vzctx_owner *own;
	unsigned long flags;
	int err = -ENOENT;
	bool ok = false;

	bucket = vzctx_owner_lock(obj, &flags);
	own = vzctx_owner_find(bucket, obj, res);
	if (own && ahead)
		ok = vzctx_bc_reserve(&own->ctx->bc[res], units, severity);
	else if (own)
		ok = vzctx_bc_try(&own->ctx->bc[res], units, severity);
	if (ok) {
		own->units += units;
		err = 0;
	} else if (own) {
		refused = own->ctx;
		percpu_ref_get(&refused->ref);
		err = vzctx_owner_refusal(res);
	}
	vzctx_owner_unlock(bucket, flags);
	if (refused) {
		vzctx_bc_fail(&refused->bc[res]);
		vzctx_event_limit(refused, res, units);
		vzctx_put(refused);
	}
	return err;
}

/**
 * vzctx_owner_grow() - charges more for an object that has an entry
 * @obj: the object, kept from being freed by the caller
 * @res: UB_*
 * @units: how many more
 * @severity: how far the charge may go
 *
 * Any context.
 *
 * Return: 0; -ENOENT if the object has no entry; the errno of the resource when
 * refused (then failcnt has grown and an event is on its way).
 */
int vzctx_owner_grow(const void *obj, u32 res, unsigned long units,
		     enum vzctx_severity severity)
{
	return grow(obj, res, units, severity, false);
}

/**
 * vzctx_owner_reserve() - likewise for a request that may yet fail elsewhere
 * @obj: as vzctx_owner_grow()
 * @res: likewise
 * @units: likewise
 * @severity: likewise
 *
 * Not in maxheld before vzctx_owner_keep(). Any context.
 *
 * Return: as vzctx_owner_grow().
 */
int vzctx_owner_reserve(const void *obj, u32 res, unsigned long units,
			enum vzctx_severity severity)
{
	return grow(obj, res, units, severity, true);
}

static void mark(struct vzctx_owner *own, void *arg)
{
	vzctx_bc_mark(&own->ctx->bc[own->res]);
}

/**
 * vzctx_owner_keep() - what was charged ahead or reserved is there for good
 * @obj: the object or key
 * @res: UB_*
 *
 * Does nothing without an entry. Any context.
 */
void vzctx_owner_keep(const void *obj, u32 res)
{
	vzctx_owner_look(obj, res, mark, NULL);
}

/**
 * vzctx_owner_shrink() - gives back some of what an object is charged for
 * @obj: the object
 * @res: UB_*
 * @units: how many; more than it is charged for gives back all. The entry stays
 *	until vzctx_owner_uncharge().
 *
 * Does nothing for an object without an entry. Any context.
 */
void vzctx_owner_shrink(const void *obj, u32 res, unsigned long units)
{
	struct vzctx_bucket *bucket;
	struct vzctx_owner *own;
	unsigned long flags;

	bucket = vzctx_owner_lock(obj, &flags);
	own = vzctx_owner_find(bucket, obj, res);
	if (own) {
		units = min(units, own->units);
		own->units -= units;
		vzctx_bc_uncharge(&own->ctx->bc[res], units);
	}
	vzctx_owner_unlock(bucket, flags);
}

/**
 * vzctx_owner_look() - looks at the charge of an object at one instant
 * @obj: the object; while its entry is there it is not freed
 * @res: UB_*
 * @fn: called once, under the lock of the entry, if there is one; what it adds
 *	to or takes from the units it charges or gives back itself
 * @arg: for @fn
 *
 * Any context.
 *
 * Return: true if there is an entry.
 */
bool vzctx_owner_look(const void *obj, u32 res, vzctx_owner_fn fn, void *arg)
{
	struct vzctx_bucket *bucket;
	struct vzctx_owner *own;
	unsigned long flags;

	bucket = vzctx_owner_lock(obj, &flags);
	own = vzctx_owner_find(bucket, obj, res);
	if (own)
		fn(own, arg);
	vzctx_owner_unlock(bucket, flags);
	return own;
}

/**
 * vzctx_owner_fit() - makes a charge follow what is known to be in use
 * @obj: the object
 * @res: UB_*
 * @low: if charged less, the rest is charged, whatever the limit
 * @high: if charged more, the rest is given back
 *
 * Does nothing for an object without an entry. Any context.
 */
void vzctx_owner_fit(const void *obj, u32 res, unsigned long low,
		     unsigned long high)
{
	struct vzctx_bucket *bucket;
	struct vzctx_owner *own;
	struct vzctx_bc *bc;
	unsigned long flags;

	bucket = vzctx_owner_lock(obj, &flags);
	own = vzctx_owner_find(bucket, obj, res);
	bc = own ? &own->ctx->bc[res] : NULL;
	if (own && own->units < low &&
	    vzctx_bc_charge(bc, low - own->units, VZCTX_FORCE))
		own->units = low;
	if (own && own->units > high) {
		vzctx_bc_uncharge(bc, own->units - high);
		own->units = high;
	}
	vzctx_owner_unlock(bucket, flags);
}

/* What an object is charged for; 0 without an entry. Any context. */
unsigned long vzctx_owner_units(const void *obj, u32 res)
{
	struct vzctx_bucket *bucket;
	struct vzctx_owner *own;
	unsigned long units;
	unsigned long flags;

	bucket = vzctx_owner_lock(obj, &flags);
	own = vzctx_owner_find(bucket, obj, res);
	units = own ? own->units : 0;
	vzctx_owner_unlock(bucket, flags);
	return units;
}

/**
 * struct some - some charge in a bucket
 * @mask: of which resources, BIT(UB_*)
 * @obj: its object
 * @res: its resource
 */
struct some {
	u32 mask;
	const void *obj;
	u32 res;
};

/* False if there is none. */
static bool any_of(struct vzctx_bucket *bucket, struct some *some)
{
	struct vzctx_owner *own;
	bool found = false;

	raw_spin_lock_irq(&bucket->lock);
	hlist_for_each_entry(own, &bucket->head, node) {
		if (!(BIT(own->res) & some->mask))
			continue;
		some->obj = own->obj;
		some->res = own->res;
		found = true;
		break;
	}
	raw_spin_unlock_irq(&bucket->lock);
	return found;
}

static void forget(struct vzctx_bucket *bucket, void *arg)
{
	struct some *some = arg;

	while (any_of(bucket, some))
		vzctx_owner_uncharge(some->obj, some->res);
}

/**
 * vzctx_owner_forget() - gives back whatever is charged of some resources
 * @mask: BIT(UB_*), which are charged no more
 *
 * For objects that would be freed unseen from now on. Walks the table; sleeps.
 */
void vzctx_owner_forget(u32 mask)
{
	struct some some = { .mask = mask };

	vzctx_owner_walk(forget, &some);
}
