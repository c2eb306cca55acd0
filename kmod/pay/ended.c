// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the records of the contexts that have ended
 *
 * Promised: the record is made with the context, so its end is never without
 * one, and it is in the list before the end is announced.
 *
 * The list is bounded in number and in time. Reading does not shorten it.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include "base/ctx.h"
#include "base/part.h"
#include "base/registry.h"
#include "pay/ended.h"
#include "pay/refresh.h"

/* Guards what follows, and the figures of every record. */
static DEFINE_SPINLOCK(last_lock);
static LIST_HEAD(ended);
static unsigned int nr_ended;
static u64 last_order;

static int alloc(struct vzctx *ctx)
{
	struct vzctx_ended *last = kvzalloc(sizeof(*last), GFP_KERNEL_ACCOUNT);

	if (!last)
		return -ENOMEM;
	refcount_set(&last->ref, 1);
	vzctx_hits_init(&last->hits);
	INIT_LIST_HEAD(&last->node);
	ctx->last = last;
	ctx->hits = &last->hits;
	return 0;
}

/* NULL-safe. Process context. */
void vzctx_ended_put(struct vzctx_ended *last)
{
	if (last && refcount_dec_and_test(&last->ref))
		kvfree(last);
}

/* Takes a record out of the list; freeing it may sleep. */
static void forget(struct vzctx_ended *last, struct list_head *gone)
{
	lockdep_assert_held(&last_lock);
	list_move_tail(&last->node, gone);
	nr_ended--;
}

/* Without the lock. */
static void put_all(struct list_head *gone)
{
	struct vzctx_ended *last, *next;

	list_for_each_entry_safe(last, next, gone, node) {
		list_del_init(&last->node);
		vzctx_ended_put(last);
	}
}

/* Drops what is too old, and the oldest until at most @room are left. */
static void expire(unsigned int room, struct list_head *gone)
{
	time64_t now = ktime_get_boottime_seconds();
	struct vzctx_ended *last, *next;

	lockdep_assert_held(&last_lock);
	list_for_each_entry_safe(last, next, &ended, node) {
		if (last->expires > now && nr_ended <= room)
			break;
		forget(last, gone);
	}
}

static void take_figures(struct vzctx *ctx)
{
	struct vzctx_ended *last = ctx->last;
	u64 uptime = last->ended ? last->cpu.uptime : 0;
	struct vzctx_cpu_stat cpu;
	u32 id;

	vzctx_res_refresh(ctx);
	vzctx_cpu_get(ctx, &cpu);
	spin_lock(&last_lock);
	last->cpu = cpu;
	/* A context does not grow older after its end. */
	if (uptime)
		last->cpu.uptime = uptime;
	for (id = 0; id < UB_RESOURCES; id++)
		vzctx_bc_read(&ctx->bc[id], &last->bc[id]);
	last->objects = vzctx_objects(ctx);
	last->dropped = vzctx_news_dropped(&ctx->news);
	spin_unlock(&last_lock);
}

/* Before the end is announced. */
static void ended_now(struct vzctx *ctx)
{
	struct vzctx_ended *last = ctx->last;
	LIST_HEAD(gone);

	take_figures(ctx);
	spin_lock(&last_lock);
	expire(VZCTX_LAST_MAX - 1, &gone);
	last->ctid = ctx->ctid;
	last->order = ++last_order;
	last->since = ctx->since;
	last->ended = ktime_get_real_ns();
	last->expires = ktime_get_boottime_seconds() + VZCTX_LAST_S;
	refcount_inc(&last->ref);
	list_add_tail(&last->node, &ended);
	nr_ended++;
	spin_unlock(&last_lock);
	put_all(&gone);
}

/* Nothing is charged to the context any more: its figures are final. */
static void final(struct vzctx *ctx)
{
	if (ctx->last->ended)
		take_figures(ctx);
}

static void drop(struct vzctx *ctx)
{
	vzctx_ended_put(ctx->last);
}

const struct vzctx_part vzctx_ended_part = {
	.alloc = alloc,
	.ended = ended_now,
	.final = final,
	.free = drop,
};

/**
 * vzctx_ended_next() - walks the ended contexts in the order of their ends
 * @order: of the one seen last; 0 to begin
 *
 * Return: a referenced record, or NULL after the last.
 */
struct vzctx_ended *vzctx_ended_next(u64 order)
{
	struct vzctx_ended *last, *found = NULL;
	LIST_HEAD(gone);

	spin_lock(&last_lock);
	expire(VZCTX_LAST_MAX, &gone);
	list_for_each_entry(last, &ended, node) {
		if (last->order > order) {
			found = last;
			refcount_inc(&found->ref);
			break;
		}
	}
	spin_unlock(&last_lock);
	put_all(&gone);
	return found;
}

/**
 * vzctx_ended_find() - finds the record of a context, running or ended
 * @ctid: its id; of several the running one, or the one that ended last
 *
 * Return: a referenced record, or NULL.
 */
struct vzctx_ended *vzctx_ended_find(u32 ctid)
{
	struct vzctx_ended *last, *found = NULL;
	struct vzctx *ctx = vzctx_find(ctid);
	LIST_HEAD(gone);

	if (ctx) {
		found = ctx->last;
		refcount_inc(&found->ref);
		vzctx_put(ctx);
		return found;
	}
	spin_lock(&last_lock);
	expire(VZCTX_LAST_MAX, &gone);
	list_for_each_entry_reverse(last, &ended, node) {
		if (last->ctid == ctid) {
			found = last;
			refcount_inc(&found->ref);
			break;
		}
	}
	spin_unlock(&last_lock);
	put_all(&gone);
	return found;
}

/* Between these two the figures of a record are of one instant. */
void vzctx_ended_lock(void)
	__acquires(&last_lock)
{
	spin_lock(&last_lock);
}

void vzctx_ended_unlock(void)
	__releases(&last_lock)
{
	spin_unlock(&last_lock);
}

/* No context is left, and no door answers. */
void vzctx_ended_uninit(void)
{
	put_all(&ended);
	nr_ended = 0;
}
