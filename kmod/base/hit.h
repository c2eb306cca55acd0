/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the last refusals of a context
 */
#ifndef _VZCTX_HIT_H
#define _VZCTX_HIT_H

#include <linux/spinlock_types.h>

#include "base/event.h"
#include "base/res.h"
#include "base/tunables.h"

/**
 * struct vzctx_hits - the refusals of one context, in its record (ended.h)
 * @lock: guards the rest
 * @hit: the last ones of each resource; type 0 where there are fewer
 * @next: which is replaced next
 */
struct vzctx_hits {
	raw_spinlock_t lock;
	struct vzctx_event hit[UB_RESOURCES][VZCTX_HITS];
	u8 next[UB_RESOURCES];
};

void vzctx_hits_init(struct vzctx_hits *hits);
void vzctx_hit_add(struct vzctx_hits *hits, const struct vzctx_event *event);
bool vzctx_hit_get(struct vzctx_hits *hits, u32 res, unsigned int i,
		   struct vzctx_event *event);

#endif /* _VZCTX_HIT_H */
