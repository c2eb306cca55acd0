/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - which contexts there are: for the context itself only
 *
 * Everybody else finds contexts through ctx.h.
 */
#ifndef _VZCTX_REGISTRY_H
#define _VZCTX_REGISTRY_H

#include <linux/types.h>

struct netlink_ext_ack;
struct pid;
struct pid_namespace;
struct vzctx;

int vzctx_registry_check(u32 ctid, const struct pid_namespace *pid_ns,
			 struct netlink_ext_ack *extack);
int vzctx_registry_add(struct vzctx *ctx, struct netlink_ext_ack *extack);
struct vzctx *vzctx_registry_end(const struct pid_namespace *pid_ns);
bool vzctx_registry_forget(struct vzctx *ctx);
struct pid *vzctx_get_init(struct vzctx *ctx);

#endif /* _VZCTX_REGISTRY_H */
