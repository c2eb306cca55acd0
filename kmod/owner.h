/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - who pays for an object
 *
 * When an object is freed nothing about the task or namespace at hand tells
 * who was charged. So every charged object has an entry, keyed by its address
 * and the resource, from before it can be freed until the kernel frees it.
 */
#ifndef _VZCTX_OWNER_H
#define _VZCTX_OWNER_H

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/types.h>

#include "bc.h"

struct vzctx;

/**
 * struct vzctx_owner - one charge
 * @node: in its bucket, once published
 * @obj: address of the object; never dereferenced
 * @ctx: who pays; referenced
 * @units: charged; under the lock of the bucket once published
 * @res: UB_*
 * @lent: the object was there before the context and may be somebody else's
 *	too: charged while the context runs, and no longer
 * @state: for the room that charges the resource; 0 at first, then as @units
 * @mine: of a task, among the tasks of @ctx; of what is lent, among what is lent
 *	to @ctx; entries of other things end before it
 */
struct vzctx_owner {
	struct hlist_node node;
	const void *obj;
	struct vzctx *ctx;
	unsigned long units;
	u32 res;
	bool lent;
	u16 state;
	struct hlist_node mine[];
};

/* Looks at a published entry and may change it; atomic, the lock is held. */
typedef void (*vzctx_owner_fn)(struct vzctx_owner *own, void *arg);

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
 * One look at one bucket, without a lock: whoever frees an object has seen it
 * after the insertion that followed its making, so an empty bucket is final.
 * Any context; calls nothing traceable.
 *
 * Return: false if the object is certainly charged to nobody.
 */
static __always_inline bool vzctx_owner_maybe(const void *obj)
{
	return READ_ONCE(vzctx_owner_table[vzctx_owner_bucket(obj)].first);
}

int vzctx_owner_init(void);
void vzctx_owner_uninit(void);
void vzctx_owner_purge(void);
void vzctx_owner_forget(u32 mask);
void vzctx_owner_return_lent(struct vzctx *ctx);

struct vzctx_owner *vzctx_owner_alloc(u32 res, unsigned long units, gfp_t gfp);
struct vzctx_owner *vzctx_owner_alloc_lent(u32 res, unsigned long units,
					   gfp_t gfp);
void vzctx_owner_free(struct vzctx_owner *own);
void vzctx_owner_force(struct vzctx_owner *own, struct vzctx *ctx);
bool vzctx_owner_known(const void *obj, u32 res);
struct vzctx_owner *vzctx_owner_charge(struct vzctx *ctx, u32 res,
				       unsigned long units, gfp_t gfp);
void vzctx_owner_publish(struct vzctx_owner *own, const void *obj);
void vzctx_owner_publish_ahead(struct vzctx_owner *own, const void *key);
bool vzctx_owner_publish_new(struct vzctx_owner *own, const void *obj);
void vzctx_owner_cancel(struct vzctx_owner *own);
void vzctx_owner_rekey(const void *from, u32 res, const void *to);
void vzctx_owner_uncharge(const void *obj, u32 res);
struct vzctx_owner *vzctx_owner_take(const void *obj, u32 res,
				     const struct vzctx *ctx);
void vzctx_owner_uncharge_mask(const void *obj, u32 mask);
struct vzctx *vzctx_owner_payer(const void *obj, u32 res);
int vzctx_owner_grow(const void *obj, u32 res, unsigned long units,
		     enum vzctx_severity severity);
int vzctx_owner_reserve(const void *obj, u32 res, unsigned long units,
			enum vzctx_severity severity);
void vzctx_owner_keep(const void *obj, u32 res);
void vzctx_owner_shrink(const void *obj, u32 res, unsigned long units);
bool vzctx_owner_look(const void *obj, u32 res, vzctx_owner_fn fn, void *arg);
void vzctx_owner_fit(const void *obj, u32 res, unsigned long low,
		     unsigned long high);
unsigned long vzctx_owner_units(const void *obj, u32 res);
int vzctx_owner_adopt(struct vzctx *ctx, u32 res, const void *obj);

#endif /* _VZCTX_OWNER_H */
