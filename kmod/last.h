/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what is kept of a context: its last refusals, and its end
 */
#ifndef _VZCTX_LAST_H
#define _VZCTX_LAST_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock_types.h>

#include "bc.h"
#include "cpu.h"
#include "event.h"
#include "limits.h"
#include "res.h"

struct vzctx;

/**
 * struct vzctx_last - the record of one context, made with it
 * @ref: one for the context, one for the list, one per holder of a pointer
 * @lock: guards @hit and @next
 * @hit: the last refusals of each resource; type 0 where there are fewer
 * @next: which is replaced next
 * @node: in the list of the ended, oldest first; from here on last_lock
 * @ended: CLOCK_REALTIME nanoseconds; 0 while the context runs
 * @expires: CLOCK_BOOTTIME seconds
 * @order: of the ends
 * @ctid: its id
 * @since: CLOCK_REALTIME nanoseconds of the binding
 * @objects: charged objects left; 0 once the figures are final
 * @dropped: events dropped
 * @bc: the beancounters at the end, and once more when the last object is gone
 * @cpu: likewise
 */
struct vzctx_last {
	refcount_t ref;
	raw_spinlock_t lock;
	struct vzctx_event hit[UB_RESOURCES][VZCTX_HITS];
	u8 next[UB_RESOURCES];
	struct list_head node;
	u64 ended;
	time64_t expires;
	u64 order;
	u32 ctid;
	u64 since;
	u64 objects;
	u64 dropped;
	struct vzctx_bc_state bc[UB_RESOURCES];
	struct vzctx_cpu_stat cpu;
};

struct vzctx_last *vzctx_last_alloc(void);
void vzctx_last_put(struct vzctx_last *last);

void vzctx_last_hit(struct vzctx_last *last, const struct vzctx_event *event);
bool vzctx_last_get_hit(struct vzctx_last *last, u32 res, unsigned int i,
			struct vzctx_event *event);

void vzctx_last_end(struct vzctx *ctx);
void vzctx_last_final(struct vzctx *ctx);

struct vzctx_last *vzctx_last_next(u64 order);
struct vzctx_last *vzctx_last_find(u32 ctid);
void vzctx_last_lock(void);
void vzctx_last_unlock(void);

void vzctx_last_uninit(void);

#endif /* _VZCTX_LAST_H */
