/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the records of the contexts that have ended
 */
#ifndef _VZCTX_ENDED_H
#define _VZCTX_ENDED_H

#include <linux/list.h>
#include <linux/refcount.h>

#include "base/bc.h"
#include "base/hit.h"
#include "base/res.h"
#include "pay/cpu.h"

struct vzctx;
struct vzctx_part;

/**
 * struct vzctx_ended - the record of one context, made with it
 * @ref: one for the context, one for the list, one per holder of a pointer
 * @hits: its last refusals
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
struct vzctx_ended {
	refcount_t ref;
	struct vzctx_hits hits;
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

extern const struct vzctx_part vzctx_ended_part;

void vzctx_ended_put(struct vzctx_ended *last);

struct vzctx_ended *vzctx_ended_next(u64 order);
struct vzctx_ended *vzctx_ended_find(u32 ctid);
void vzctx_ended_lock(void);
void vzctx_ended_unlock(void);

void vzctx_ended_uninit(void);

#endif /* _VZCTX_ENDED_H */
