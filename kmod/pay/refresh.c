// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - counters that are looked up when somebody asks
 */
#include "base/ctx.h"
#include "pay/memcg.h"
#include "pay/refresh.h"
#include "pay/vmspace.h"

/**
 * vzctx_res_refresh() - brings the counters of a context up to date
 * @ctx: whose; referenced by the caller
 *
 * For every door, before it reads. Process context.
 */
void vzctx_res_refresh(struct vzctx *ctx)
{
	vzctx_vm_recount(ctx, UB_PRIVVMPAGES);
	vzctx_vm_recount(ctx, UB_LOCKEDPAGES);
	vzctx_memcg_refresh(ctx);
}
