// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the memory cgroup of a context
 *
 * Promised: what is shown is what the kernel itself counts for the cgroup. The
 * page counters (physpages, swappages) are of the instant; the statistics
 * (kmemsize, dcachesize, oomguarpages) are the kernel's own sum, which it makes
 * when asked if much has changed, and every two seconds.
 *
 * Not attempted: limits of physpages and swappages, which the kernel enforces
 * where the tool has written them, in the cgroup's own files.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>

#include "base/ctx.h"
#include "base/part.h"
#include "kern/known.h"
#include "pay/memcg.h"

/* The figures that cannot be read without these two. */
#define FIGURES	UB_KMEMSIZE, UB_DCACHESIZE, UB_OOMGUARPAGES

VZCTX_CALL(VZCTX_FOR(FIGURES), unsigned long, memcg_page_state,
	   struct mem_cgroup *, memcg, int, idx);
VZCTX_CALL(VZCTX_FOR(FIGURES), void, mem_cgroup_flush_stats, VZCTX_FLUSH_PARAM);

static struct vzctx_call calls[] = {
	VZCTX_CALL_ROW(memcg_page_state),
	VZCTX_CALL_ROW(mem_cgroup_flush_stats),
};

/** vzctx_memcg_init() - says which functions of the kernel will be called */
void __init vzctx_memcg_init(void)
{
	vzctx_calls_expect(calls, ARRAY_SIZE(calls));
}

static void resolve(void)
{
	unsigned int i, res;

	vzctx_calls_find(calls, ARRAY_SIZE(calls));
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		const struct vzctx_asked *asked = &calls[i].asked;
		unsigned long lost = calls[i].found ? 0 : asked->proto->res;

		for_each_set_bit(res, &lost, UB_RESOURCES)
			vzctx_res_disable(res, asked->why,
					  asked->proto->symbol);
	}
}

/**
 * vzctx_memcg_state() - one of the statistics of a cgroup, as memory.stat counts
 * @memcg: kept by the caller
 * @idx: MEMCG_* or NR_*
 *
 * Return: it, or 0 where it is not known on this kernel.
 */
unsigned long vzctx_memcg_state(struct mem_cgroup *memcg, int idx)
{
	long n = vzctx_call(memcg_page_state)(memcg, idx);

	return n < 0 ? 0 : n;
}

static unsigned long counter(struct page_counter *counter)
{
	return counter ? page_counter_read(counter) : 0;
}

/* As in memory.events and memory.swap.events. */
static unsigned long events(struct mem_cgroup *memcg,
			    enum memcg_memory_event event)
{
	return atomic_long_read(&memcg->memory_events[event]);
}

/**
 * vzctx_memcg_adopt() - learns which memory cgroup is a context's
 * @ctx: whose; the control mutex is held
 * @init: its init; in the root cgroup it has none, and nothing is counted
 *
 * Return: 0.
 */
int vzctx_memcg_adopt(struct vzctx *ctx, struct task_struct *init)
{
	struct mem_cgroup *memcg;

	resolve();
	rcu_read_lock();
	memcg = mem_cgroup_from_task(init);
	if (!memcg || !memcg->css.parent || !css_tryget(&memcg->css))
		memcg = NULL;
	rcu_read_unlock();
	if (memcg) {
		ctx->oom_before = events(memcg, MEMCG_OOM);
		ctx->swap_before = events(memcg, MEMCG_SWAP_MAX);
		/* Pairs with memcg_rcu(): the context can be found already. */
		smp_store_release(&ctx->memcg, memcg);
	}
	return 0;
}

static const u32 shown[] = {
	UB_KMEMSIZE, UB_PHYSPAGES, UB_OOMGUARPAGES, UB_DCACHESIZE, UB_SWAPPAGES,
};

/* A grace period after the end, so no task looks at the cgroup any more. */
static void release(struct vzctx *ctx)
{
	unsigned int i;

	if (!ctx->memcg)
		return;
	for (i = 0; i < ARRAY_SIZE(shown); i++)
		vzctx_bc_show(&ctx->bc[shown[i]], 0);
	css_put(&ctx->memcg->css);
	ctx->memcg = NULL;
}

const struct vzctx_part vzctx_memcg_part = {
	.release = release,
};

/* The cgroup of a running context, kept until the end of the RCU read side; or NULL. */
static struct mem_cgroup *memcg_rcu(struct vzctx *ctx)
{
	if (READ_ONCE(ctx->state) != VZCTX_STATE_RUNNING)
		return NULL;
	/* Pairs with vzctx_memcg_adopt(). */
	return smp_load_acquire(&ctx->memcg);
}

/**
 * vzctx_memcg_get() - the memory cgroup of a running context
 * @ctx: whose; referenced by the caller
 *
 * Return: the cgroup, referenced, or NULL.
 */
struct mem_cgroup *vzctx_memcg_get(struct vzctx *ctx)
{
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = memcg_rcu(ctx);
	if (memcg)
		css_get(&memcg->css);
	rcu_read_unlock();
	return memcg;
}

/* Brings the statistics up to date; sleeps. */
void vzctx_memcg_flush(struct mem_cgroup *memcg)
{
	vzctx_call(mem_cgroup_flush_stats)(VZCTX_FLUSH_ARG(memcg));
}

/**
 * vzctx_memcg_refresh() - shows what the cgroup of a context holds
 * @ctx: whose; referenced by the caller
 *
 * Sleeps.
 */
void vzctx_memcg_refresh(struct vzctx *ctx)
{
	struct mem_cgroup *memcg = vzctx_memcg_get(ctx);
	struct vzctx_bc *bc = ctx->bc;
	unsigned long swap;

	if (!memcg)
		return;
	vzctx_memcg_flush(memcg);
	swap = counter(&memcg->swap);
	vzctx_bc_show(&bc[UB_PHYSPAGES], counter(&memcg->memory));
	vzctx_bc_show(&bc[UB_SWAPPAGES], swap);
	vzctx_bc_show(&bc[UB_KMEMSIZE],
		      vzctx_memcg_state(memcg, MEMCG_KMEM) << PAGE_SHIFT);
	vzctx_bc_show(&bc[UB_DCACHESIZE],
		      vzctx_memcg_state(memcg, NR_SLAB_RECLAIMABLE_B));
	vzctx_bc_show(&bc[UB_OOMGUARPAGES],
		      vzctx_memcg_state(memcg, NR_ANON_MAPPED) + swap);
	atomic_long_set(&bc[UB_PHYSPAGES].failcnt,
			events(memcg, MEMCG_OOM) - ctx->oom_before);
	atomic_long_set(&bc[UB_SWAPPAGES].failcnt,
			events(memcg, MEMCG_SWAP_MAX) - ctx->swap_before);
	css_put(&memcg->css);
}

/**
 * vzctx_kmem_allow() - asks whether a context may take more kernel memory
 * @ctx: whose; referenced by the caller
 * @severity: VZCTX_HARD stops at the barrier, VZCTX_SOFT at the limit
 *
 * Looks at the kernel's last sum, without waiting for a new one. Any context.
 *
 * Return: 0; or -ENOMEM, then failcnt has grown and an event is on its way.
 */
int vzctx_kmem_allow(struct vzctx *ctx, enum vzctx_severity severity)
{
	struct vzctx_bc *bc = &ctx->bc[UB_KMEMSIZE];
	unsigned long top = severity == VZCTX_HARD ? READ_ONCE(bc->barrier) :
						    READ_ONCE(bc->limit);
	struct mem_cgroup *memcg;
	unsigned long held = 0;

	if (likely(top == VZCTX_BC_MAX) || !vzctx_res_active(UB_KMEMSIZE))
		return 0;
	rcu_read_lock();
	memcg = memcg_rcu(ctx);
	if (memcg)
		held = vzctx_memcg_state(memcg, MEMCG_KMEM) << PAGE_SHIFT;
	rcu_read_unlock();
	if (!memcg)
		return 0;
	vzctx_bc_show(bc, held);
	if (held <= top)
		return 0;
	vzctx_bc_fail(bc);
	vzctx_event_limit(ctx, UB_KMEMSIZE, 0);
	return -ENOMEM;
}

/**
 * vzctx_memcg_killed() - the kernel kills a task for lack of memory
 * @ctx: whose; referenced by the caller
 * @victim: the task, kept by the caller
 *
 * Any context.
 */
void vzctx_memcg_killed(struct vzctx *ctx, struct task_struct *victim)
{
	vzctx_bc_fail(&ctx->bc[UB_OOMGUARPAGES]);
	vzctx_event_kill(ctx, UB_OOMGUARPAGES, victim);
}
