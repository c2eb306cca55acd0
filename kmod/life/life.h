/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the life of a context: birth, end, burial
 */
#ifndef _VZCTX_LIFE_H
#define _VZCTX_LIFE_H

#include <linux/types.h>

struct netlink_ext_ack;
struct pid;
struct pid_namespace;
struct task_struct;
struct vzctx;
struct vzctx_limit;
struct vzctx_part;

/* Charges what a task has, for the context it is the init of; 0 or -errno. */
typedef int (*vzctx_adopt_fn)(struct vzctx *ctx, struct task_struct *init);

int vzctx_init(const struct vzctx_part *const *all_parts,
	       void (*last_gone)(void));
void vzctx_shutdown(void);
void vzctx_uninit(void);

/* With the control mutex held. */
int vzctx_precheck(u32 ctid, struct pid *pid, struct netlink_ext_ack *extack);
int vzctx_create(u32 ctid, struct pid *pid, const struct vzctx_limit *limit,
		 unsigned int nr, vzctx_adopt_fn adopt,
		 struct netlink_ext_ack *extack);

/* Any process context. */
void vzctx_end(struct pid_namespace *pid_ns);

#ifdef VZCTX_DEBUG
int vzctx_selftest(void);
#else
static inline int vzctx_selftest(void)
{
	return 0;
}
#endif

#endif /* _VZCTX_LIFE_H */
