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

#include <linux/list.h>
#include <linux/types.h>
#include <uapi/linux/beancounter.h>

#include "base/bc.h"

struct vzctx;

/** How many resources an entry may stand for beside the first. */
#define VZCTX_OWNER_SIDES	2

/**
 * struct vzctx_owner - what a context is charged for one object
 * @node: in its bucket, once published
 * @obj: address of the object; never dereferenced
 * @ctx: who pays; referenced
 * @units: of @res; under the lock of the bucket once published
 * @res: UB_*; under the same lock once published, if there are sides
 * @side_res: further ones, or @res again where there is none; likewise
 * @side: units of each; 0 where there is none; likewise
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
	u8 res;
	u8 side_res[VZCTX_OWNER_SIDES];
	bool lent;
	u16 state;
	u32 side[VZCTX_OWNER_SIDES];
	struct hlist_node mine[];
};

/* Whether the entry ends with a place among those of its context. */
static inline bool vzctx_owner_is_linked(const struct vzctx_owner *own)
{
	return own->lent || own->res == UB_NUMPROC;
}

int vzctx_owner_init(void);
void vzctx_owner_uninit(void);

void vzctx_owner_force(struct vzctx_owner *own, struct vzctx *ctx);
void vzctx_owner_also(struct vzctx_owner *own, u32 res);
bool vzctx_owner_known(const void *obj, u32 res);
struct vzctx_owner *vzctx_owner_charge(struct vzctx *ctx, u32 res,
				       unsigned long units, gfp_t gfp);
void vzctx_owner_publish(struct vzctx_owner *own, const void *obj);
void vzctx_owner_publish_ahead(struct vzctx_owner *own, const void *key);
bool vzctx_owner_publish_new(struct vzctx_owner *own, const void *obj);
void vzctx_owner_cancel(struct vzctx_owner *own);
void vzctx_owner_uncharge(const void *obj, u32 res);
void vzctx_owner_uncharge_mask(const void *obj, u32 mask);
int vzctx_owner_adopt(struct vzctx *ctx, u32 res, const void *obj);
int vzctx_owner_refusal(u32 res);

#endif /* _VZCTX_OWNER_H */
