/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - self test of contexts and owners, run before anything is registered
 */
#include "base/bc.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "pay/owner_change.h"
#include "pay/owner_table.h"

static int owner_cases(struct vzctx *ctx, const char *obj)
{
	const u32 res = UB_NUMFILE;
	struct vzctx_bc *bc = &ctx->bc[res];
	struct vzctx_owner *own;
	unsigned int i;

#define EXPECT(cond) do { if (!(cond)) return __LINE__; } while (0)
#define HELD() atomic_long_read(&bc->held)
#define SIDES() (atomic_long_read(&ctx->bc[UB_TCPSNDBUF].held) +	\
		 atomic_long_read(&ctx->bc[UB_TCPRCVBUF].held))

	vzctx_bc_set(bc, 3, 3);
	for (i = 0; i < 3; i++) {
		EXPECT(vzctx_tryget(ctx));
		own = vzctx_owner_charge(ctx, res, 1, GFP_KERNEL);
		EXPECT(!IS_ERR(own));
		vzctx_owner_publish(own, obj + i);
	}
	EXPECT(HELD() == 3 && vzctx_objects(ctx) == 3);
	EXPECT(vzctx_owner_known(obj, res) && vzctx_owner_maybe(obj));
	EXPECT(!vzctx_owner_known(obj, UB_NUMPROC));

	/* Full: refused with the resource's errno, nothing kept; no news of it. */
	ctx->news.count = VZCTX_EVENT_RING;
	EXPECT(vzctx_tryget(ctx));
	own = vzctx_owner_charge(ctx, res, 1, GFP_KERNEL);
	EXPECT(IS_ERR(own) && PTR_ERR(own) == -ENFILE);
	EXPECT(HELD() == 3 && atomic_long_read(&bc->failcnt) == 1);

	EXPECT(vzctx_owner_grow(obj, res, 1, VZCTX_SOFT) == -ENFILE);
	ctx->news.count = 0;

	/* What grows and shrinks is one object all along. */
	EXPECT(vzctx_owner_grow(obj, res, 2, VZCTX_FORCE) == 0 && HELD() == 5);
	vzctx_owner_shrink(obj, res, 1);
	EXPECT(HELD() == 4 && vzctx_objects(ctx) == 3);
	vzctx_owner_shrink(obj, res, 100);
	EXPECT(HELD() == 2 && vzctx_objects(ctx) == 3);
	EXPECT(vzctx_owner_grow(obj, res, 1, VZCTX_HARD) == 0 && HELD() == 3);
	EXPECT(vzctx_owner_grow(obj + 3, res, 1, VZCTX_FORCE) == -ENOENT);
	EXPECT(vzctx_owner_payer(obj, res) == ctx);
	vzctx_put(ctx);
	EXPECT(!vzctx_owner_payer(obj + 3, res));

	/* Given back once, however often it is said. */
	vzctx_owner_uncharge(obj, res);
	vzctx_owner_uncharge(obj, res);
	EXPECT(HELD() == 2 && !vzctx_owner_known(obj, res));

	/* A charge whose object was not made. */
	EXPECT(vzctx_tryget(ctx));
	own = vzctx_owner_charge(ctx, res, 1, GFP_KERNEL);
	EXPECT(!IS_ERR(own));
	vzctx_owner_cancel(own);
	EXPECT(HELD() == 2 && vzctx_objects(ctx) == 2);

	/* A stale key is replaced, not added to. */
	EXPECT(vzctx_tryget(ctx));
	own = vzctx_owner_charge(ctx, res, 1, GFP_KERNEL);
	EXPECT(!IS_ERR(own));
	vzctx_owner_publish(own, obj + 1);
	EXPECT(HELD() == 2 && vzctx_objects(ctx) == 2);

	/* What is lent goes back, and only that. */
	own = vzctx_owner_alloc_lent(res, 1, GFP_KERNEL);
	EXPECT(own);
	vzctx_owner_force(own, ctx);
	vzctx_owner_publish(own, obj);
	EXPECT(HELD() == 3);
	vzctx_owner_lent_part.release(ctx);
	EXPECT(HELD() == 2 && !vzctx_owner_known(obj, res));

	vzctx_owner_purge();
	EXPECT(!HELD() && !vzctx_objects(ctx));
	EXPECT(!vzctx_owner_known(obj + 1, res));

	/* One entry for three resources, which may go one by one. */
	EXPECT(vzctx_tryget(ctx));
	own = vzctx_owner_charge(ctx, res, 1, GFP_KERNEL);
	EXPECT(!IS_ERR(own));
	vzctx_owner_also(own, UB_TCPSNDBUF);
	vzctx_owner_also(own, UB_TCPRCVBUF);
	vzctx_owner_publish(own, obj);
	EXPECT(!vzctx_owner_grow(obj, UB_TCPSNDBUF, 7, VZCTX_HARD));
	EXPECT(!vzctx_owner_grow(obj, UB_TCPRCVBUF, 9, VZCTX_HARD));
	vzctx_owner_shrink(obj, UB_TCPSNDBUF, 2);
	EXPECT(vzctx_owner_units(obj, UB_TCPSNDBUF) == 5);
	EXPECT(vzctx_objects(ctx) == 1 && HELD() == 1 && SIDES() == 5 + 9);
	vzctx_owner_uncharge(obj, res);
	EXPECT(!HELD() && !vzctx_owner_known(obj, res) && SIDES() == 5 + 9);
	EXPECT(vzctx_owner_units(obj, UB_TCPRCVBUF) == 9);
	vzctx_owner_uncharge_mask(obj, BIT(UB_TCPSNDBUF));
	EXPECT(SIDES() == 9 && vzctx_owner_maybe(obj));
	vzctx_owner_uncharge_mask(obj, BIT(UB_TCPRCVBUF));
	EXPECT(!SIDES() && !vzctx_objects(ctx));
#undef SIDES
#undef HELD
#undef EXPECT
	return 0;
}

/**
 * vzctx_selftest() - runs before doors open, in debug builds
 *
 * Return: 0, or -EINVAL after naming the failed case in the log.
 */
int vzctx_selftest(void)
{
	static const char obj[4];
	struct vzctx *ctx;
	int bad;

	bad = vzctx_bc_selftest();
	if (bad) {
		pr_err("self test: bc case %d failed\n", bad);
		return -EINVAL;
	}
	ctx = ctx_alloc(VZCTX_CTID_MAX, task_pid(current));
	if (!ctx)
		return -ENOMEM;
	bad = owner_cases(ctx, obj);
	if (!bad && (vzctx_find(VZCTX_CTID_MAX) || !vzctx_none_left()))
		bad = __LINE__;
	percpu_ref_kill(&ctx->ref);
	rcu_barrier();
	flush_workqueue(vzctx_wq);
	if (bad) {
		pr_err("self test: owner case in line %d failed\n", bad);
		return -EINVAL;
	}
	pr_info("self test passed\n");
	return 0;
}
