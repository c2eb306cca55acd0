/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - limits of a context
 */
#ifndef _VZCTX_LIMIT_H
#define _VZCTX_LIMIT_H

#include <linux/types.h>

struct netlink_ext_ack;
struct vzctx;

/**
 * struct vzctx_limit - a wish for one beancounter
 * @res: UB_*
 * @has_barrier: @barrier is given
 * @has_limit: @limit is given
 * @has_action: @action is given
 * @barrier: units
 * @limit: units
 * @action: enum vzctx_action
 */
struct vzctx_limit {
	u32 res;
	bool has_barrier;
	bool has_limit;
	bool has_action;
	unsigned long barrier;
	unsigned long limit;
	u32 action;
};

int vzctx_check_limits(struct vzctx *ctx, const struct vzctx_limit *limit,
		       unsigned int nr, bool freezer,
		       struct netlink_ext_ack *extack);
void vzctx_set_limits(struct vzctx *ctx, const struct vzctx_limit *limit,
		      unsigned int nr);

#endif /* _VZCTX_LIMIT_H */
