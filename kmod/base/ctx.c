// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the context: what it is, and who refers to it
 */
#include "base/ctx.h"

DEFINE_MUTEX(vzctx_control);
struct workqueue_struct *vzctx_wq;

/* Refuses what has ended; RCU read side, registry lock, or a reference. */
bool vzctx_tryget(struct vzctx *ctx)
{
	return percpu_ref_tryget(&ctx->ref);
}

void vzctx_put(struct vzctx *ctx)
{
	if (ctx)
		percpu_ref_put(&ctx->ref);
}

/* Owner entries of a context; exact when nothing is charged meanwhile. */
long vzctx_objects(const struct vzctx *ctx)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(ctx->objects, cpu));
	return sum < 0 ? 0 : sum;
}
