// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the last refusals of a context
 *
 * Promised: every refusal is kept until VZCTX_HITS newer ones of the same resource
 * came, also those that the rate limit keeps from being told.
 */
#include <linux/spinlock.h>

#include "base/ctx.h"
#include "base/hit.h"

void vzctx_hits_init(struct vzctx_hits *hits)
{
	raw_spin_lock_init(&hits->lock);
}

/* Keeps a refusal. Any context. */
void vzctx_hit_add(struct vzctx_hits *hits, const struct vzctx_event *event)
{
	unsigned long flags;
	u8 *next = &hits->next[event->res];

	raw_spin_lock_irqsave(&hits->lock, flags);
	hits->hit[event->res][*next] = *event;
	*next = (*next + 1) % VZCTX_HITS;
	raw_spin_unlock_irqrestore(&hits->lock, flags);
}

/**
 * vzctx_hit_get() - reads one of the last refusals
 * @hits: kept by the caller
 * @res: UB_*
 * @i: 0 for the oldest that is kept, up to VZCTX_HITS - 1
 * @event: filled
 *
 * Return: false if there were not as many.
 */
bool vzctx_hit_get(struct vzctx_hits *hits, u32 res, unsigned int i,
		   struct vzctx_event *event)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&hits->lock, flags);
	*event = hits->hit[res][(hits->next[res] + i) % VZCTX_HITS];
	raw_spin_unlock_irqrestore(&hits->lock, flags);
	return event->type;
}
