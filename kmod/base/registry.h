/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - which contexts there are, and who finds them
 */
#ifndef _VZCTX_REGISTRY_H
#define _VZCTX_REGISTRY_H

#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/types.h>

struct netlink_ext_ack;
struct pid;
struct vzctx;

struct vzctx *vzctx_find(u32 ctid);
struct vzctx *vzctx_next(u64 serial);
bool vzctx_none_left(void);
pid_t vzctx_init_pid(struct vzctx *ctx);
void vzctx_kill(struct vzctx *ctx);

/* Whom a task belongs to: the one place that decides. */
bool vzctx_is_root_rcu(const struct pid_namespace *pid_ns);
bool vzctx_is_current_inside(void);
struct vzctx *vzctx_get_of_ns(struct pid_namespace *pid_ns);

/**
 * vzctx_get_of_current() - finds who pays for what the calling task does
 *
 * Context: Process. Kernel threads are in the initial pid namespace.
 * Return: a referenced context, or NULL for a host task.
 */
static inline struct vzctx *vzctx_get_of_current(void)
{
	return vzctx_get_of_ns(task_active_pid_ns(current));
}

/* For the life of a context only (life.c). */
int vzctx_registry_check(u32 ctid, const struct pid_namespace *pid_ns,
			 struct netlink_ext_ack *extack);
int vzctx_registry_add(struct vzctx *ctx, struct netlink_ext_ack *extack);
struct vzctx *vzctx_registry_end(const struct pid_namespace *pid_ns);
bool vzctx_registry_forget(struct vzctx *ctx);

#endif /* _VZCTX_REGISTRY_H */
