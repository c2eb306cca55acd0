/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - binding a context, and the hooks that come and go with contexts
 */
#ifndef _VZCTX_BIND_H
#define _VZCTX_BIND_H

#include <linux/types.h>

struct netlink_ext_ack;
struct pid;
struct vzctx_hook_table;
struct vzctx_limit;

int vzctx_bind(u32 ctid, struct pid *pid, const struct vzctx_limit *limit,
	       unsigned int nr, struct netlink_ext_ack *extack);
unsigned int vzctx_linger(void);

void vzctx_bind_open(const struct vzctx_hook_table *const *all);
void vzctx_bind_shut(void);
void vzctx_bind_uninit(void);
void vzctx_bind_idle(void);

#endif /* _VZCTX_BIND_H */
