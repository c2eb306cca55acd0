// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - limits of a context: all that are asked for, or none
 */
#include <linux/bitmap.h>
#include <linux/netlink.h>

#include "base/ctx.h"
#include "base/limit.h"

/**
 * vzctx_check_limits() - tells whether limits could be set
 * @ctx: whose, or NULL for those of a new context
 * @limit: the wishes; a value not given is filled in from @ctx
 * @nr: how many
 * @freezer: the request brings a cgroup.freeze
 * @extack: gets the reason of a refusal
 *
 * Control mutex held. Changes nothing. vzctx_set_limits() on the same array
 * under the same hold of the mutex then cannot fail.
 *
 * Return: 0, -EINVAL, -ERANGE or -EOPNOTSUPP, see VZCTX_CMD_SET.
 */
int vzctx_check_limits(struct vzctx *ctx, const struct vzctx_limit *limit,
		       unsigned int nr, bool freezer,
		       struct netlink_ext_ack *extack)
{
	DECLARE_BITMAP(seen, UB_RESOURCES) = {};
	unsigned int i;

	lockdep_assert_held(&vzctx_control);
	for (i = 0; i < nr; i++) {
		const struct vzctx_limit *l = &limit[i];
		unsigned long barrier = VZCTX_BC_MAX, top = VZCTX_BC_MAX;

		if (!vzctx_res_find(l->res)) {
			NL_SET_ERR_MSG(extack, "unknown resource");
			return -EINVAL;
		}
		if (test_and_set_bit(l->res, seen)) {
			NL_SET_ERR_MSG(extack, "a resource is named twice");
			return -EINVAL;
		}
		if (!vzctx_res_active(l->res)) {
			NL_SET_ERR_MSG(extack, "the resource is not counted on this kernel, so it cannot be limited");
			return -EOPNOTSUPP;
		}
		if (ctx) {
			barrier = READ_ONCE(ctx->bc[l->res].barrier);
			top = READ_ONCE(ctx->bc[l->res].limit);
		}
		if (l->has_barrier)
			barrier = l->barrier;
		if (l->has_limit)
			top = l->limit;
		if (barrier > VZCTX_BC_MAX || top > VZCTX_BC_MAX) {
			NL_SET_ERR_MSG(extack, "barrier or limit is above the largest value, which means unlimited");
			return -ERANGE;
		}
		if (l->has_action && l->action > VZCTX_ACTION_KILL) {
			NL_SET_ERR_MSG(extack, "unknown action");
			return -EINVAL;
		}
		if (l->has_action && l->action == VZCTX_ACTION_FREEZE &&
		    !freezer && !(ctx && ctx->freezer)) {
			NL_SET_ERR_MSG(extack, "to be frozen, a container needs its cgroup.freeze");
			return -EINVAL;
		}
		if (barrier > top) {
			NL_SET_ERR_MSG(extack, "barrier is above limit");
			return -EINVAL;
		}
	}
	return 0;
}

/* Applies wishes that vzctx_check_limits() has passed. */
void vzctx_set_limits(struct vzctx *ctx, const struct vzctx_limit *limit,
		      unsigned int nr)
{
	unsigned int i;

	lockdep_assert_held(&vzctx_control);
	for (i = 0; i < nr; i++) {
		struct vzctx_bc *bc = &ctx->bc[limit[i].res];

		vzctx_bc_set(bc,
			     limit[i].has_barrier ? limit[i].barrier :
						    bc->barrier,
			     limit[i].has_limit ? limit[i].limit : bc->limit);
		if (limit[i].has_action)
			WRITE_ONCE(ctx->action[limit[i].res], limit[i].action);
	}
}
