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

/**
 * vzctx_owner_get() - tells what an entry is charged
 * @own: the entry, its lock is held
 * @res: UB_*, one that it stands for
 *
 * Return: units.
 */
unsigned long vzctx_owner_get(const struct vzctx_owner *own, u32 res)
{
	if (own->res == res)
		return own->units;
	return own->side[own->side_res[0] != res];
}

/* False if a side cannot be so large. */
static bool set(struct vzctx_owner *own, u32 res, unsigned long units)
{
	if (own->res == res) {
		own->units = units;
		return true;
	}
	if (units > U32_MAX)
		return false;
	own->side[own->side_res[0] != res] = units;
	return true;
}

/**
 * vzctx_owner_give() - an entry gives back some of what it is charged
 * @own: the entry, its lock is held
 * @res: UB_*, one that it stands for
 * @units: how many; more than it is charged gives back all
 */
void vzctx_owner_give(struct vzctx_owner *own, u32 res, unsigned long units)
{
	unsigned long had = vzctx_owner_get(own, res);

	units = min(units, had);
	if (!units)
		return;
	set(own, res, had - units);
	vzctx_bc_uncharge(&own->ctx->bc[res], units);
}

/* Takes what an entry is to be charged beyond what it has. */
static bool take(struct vzctx_owner *own, u32 res, unsigned long units,
		 enum vzctx_severity severity, bool ahead)
{
	struct vzctx_bc *bc = &own->ctx->bc[res];
	unsigned long had = vzctx_owner_get(own, res);

	if (ahead ? !vzctx_bc_reserve(bc, units, severity) :
		    !vzctx_bc_try(bc, units, severity))
		return false;
	if (set(own, res, had + units))
		return true;
	vzctx_bc_uncharge(bc, units);
	return false;
}

static bool grow(struct vzctx_owner *own, u32 res,
		 const struct vzctx_growth *by)
{
	enum vzctx_severity severity = by->severity;
	unsigned long now;

	if (by->judge)
		severity = by->judge(own->ctx, res, by->used);
	if (!take(own, res, by->units, severity, by->ahead))
		return false;
	now = vzctx_owner_get(own, res);
	if (now < by->floor)
		take(own, res, by->floor - now, VZCTX_FORCE, false);
	return true;
}

/**
 * vzctx_owner_grow_by() - charges more for an object that has an entry
 * @obj: the object, kept from being freed by the caller
 * @res: UB_*
 * @by: how much more, and how far it may go
 *
 * Any context.
 *
 * Return: 0; -ENOENT if the object has no entry; the errno of the resource when
 * refused (then failcnt has grown and an event is on its way).
 */
int vzctx_owner_grow_by(const void *obj, u32 res, const struct vzctx_growth *by)
{
	struct vzctx *refused = NULL;
	struct vzctx_bucket *bucket;
	struct vzctx_owner *own;
	unsigned long flags;
	int err = -ENOENT;

	bucket = vzctx_owner_lock(obj, &flags);
	own = vzctx_owner_find(bucket, obj, res);
	if (own && grow(own, res, by)) {
		err = 0;
	} else if (own) {
		refused = own->ctx;
		percpu_ref_get(&refused->ref);
		err = vzctx_owner_refusal(res);
	}
	vzctx_owner_unlock(bucket, flags);
	if (refused) {
		vzctx_bc_fail(&refused->bc[res]);
		vzctx_event_limit(refused, res, by->units);
		vzctx_put(refused);
	}
	return err;
}

/**
 * vzctx_owner_grow() - likewise in the simplest way
 * @obj: as vzctx_owner_grow_by()
 * @res: likewise
 * @units: how many more
 * @severity: how far the charge may go
 *
 * Any context.
 *
 * Return: as vzctx_owner_grow_by().
 */
int vzctx_owner_grow(const void *obj, u32 res, unsigned long units,
		     enum vzctx_severity severity)
{
	const struct vzctx_growth by = { .units = units, .severity = severity };

	return vzctx_owner_grow_by(obj, res, &by);
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
 * Return: as vzctx_owner_grow_by().
 */
int vzctx_owner_reserve(const void *obj, u32 res, unsigned long units,
			enum vzctx_severity severity)
{
	const struct vzctx_growth by = {
		.units = units, .severity = severity, .ahead = true,
	};

	return vzctx_owner_grow_by(obj, res, &by);
}

static void mark(struct vzctx_owner *own, void *arg)
{
	const u32 *res = arg;

	vzctx_bc_mark(&own->ctx->bc[*res]);
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
	vzctx_owner_look(obj, res, mark, &res);
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
	if (own)
		vzctx_owner_give(own, res, units);
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
	unsigned long had = 0;
	unsigned long flags;

	bucket = vzctx_owner_lock(obj, &flags);
	own = vzctx_owner_find(bucket, obj, res);
	if (own)
		had = vzctx_owner_get(own, res);
	if (own && had < low)
		take(own, res, low - had, VZCTX_FORCE, false);
	if (own && had > high)
		vzctx_owner_give(own, res, had - high);
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
	units = own ? vzctx_owner_get(own, res) : 0;
	vzctx_owner_unlock(bucket, flags);
	return units;
}
