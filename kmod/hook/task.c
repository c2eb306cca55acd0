// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: tasks (numproc)
 */
#include <linux/cgroup.h>
#include <linux/nsproxy.h>
#include <linux/security.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "hook/tables.h"
#include "pay/memcg.h"
#include "pay/owner.h"
#include "pay/owner_change.h"
#include "pay/vmspace.h"
#include "pay/vmspace_life.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/*
 * A child belongs where its pids will be: setns() and unshare() change
 * pid_ns_for_children and leave the caller where it is. Current's own nsproxy
 * is stable; it is NULL late in exit, where nothing forks.
 */
static __always_inline struct pid_namespace *ns_of_child(void)
{
	struct nsproxy *nsproxy = current->nsproxy;

	return nsproxy ? nsproxy->pid_ns_for_children : &init_pid_ns;
}

VZCTX_WRAPPER(VZCTX_FOR(UB_NUMPROC), int, security_task_alloc,
	      struct task_struct *, task, VZCTX_CLONE_FLAGS, clone_flags)
{
	struct vzctx_owner *own;
	struct vzctx *ctx;
	int err;

	vzctx_hook_enter();
	ctx = vzctx_get_of_ns(ns_of_child());
	if (!ctx) {
		err = vzctx_original(security_task_alloc)(task, clone_flags);
		goto out;
	}
	err = vzctx_kmem_allow(ctx, VZCTX_SOFT);
	if (err) {
		vzctx_put(ctx);
		goto out;
	}
	own = vzctx_owner_charge(ctx, UB_NUMPROC, 1, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(own)) {
		err = PTR_ERR(own);
		goto out;
	}
	err = vzctx_vm_fork(task, ns_of_child(), clone_flags);
	if (!err)
		err = vzctx_original(security_task_alloc)(task, clone_flags);
	if (err) {
		vzctx_vm_fork_failed(task);
		vzctx_owner_cancel(own);
	} else {
		vzctx_owner_publish(own, task);
	}
out:
	vzctx_hook_exit();
	return err;
}

/*
 * Where the pids cgroup uncharges too: once for every task that was visible.
 * The entry stays, for the task may not have left its processor yet.
 */
VZCTX_WRAPPER(VZCTX_FOR(UB_NUMPROC), void, cgroup_task_release,
	      struct task_struct *, task)
{
	vzctx_hook_enter();
	vzctx_owner_shrink(task, UB_NUMPROC, 1);
	vzctx_original(cgroup_task_release)(task);
	vzctx_hook_exit();
}

/* The task runs no more; and forks that failed are uncharged only here. */
VZCTX_WRAPPER(VZCTX_FOR(UB_NUMPROC), void, security_task_free,
	      struct task_struct *, task)
{
	vzctx_hook_enter();
	vzctx_vm_fork_failed(task);
	vzctx_owner_uncharge(task, UB_NUMPROC);
	vzctx_original(security_task_free)(task);
	vzctx_hook_exit();
}

VZCTX_HOOK_TEST(child_elsewhere)
{
	return ns_of_child() != &init_pid_ns;
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(owner, security_task_free),
	VZCTX_HOOK_GROUPED(owner, cgroup_task_release),
	VZCTX_HOOK_GROUPED_IF(each, security_task_alloc, child_elsewhere),
};

static int adopt(struct vzctx *ctx, struct task_struct *init)
{
	return vzctx_owner_adopt(ctx, UB_NUMPROC, init);
}

const struct vzctx_hook_table vzctx_hook_task = {
	rows, ARRAY_SIZE(rows), adopt
};
