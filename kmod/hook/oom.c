// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: killed for lack of memory (oomguarpages)
 */
#include <linux/oom.h>
#include <linux/pid_namespace.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "hook/tables.h"
#include "pay/memcg.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

VZCTX_WRAPPER(VZCTX_FOR(UB_OOMGUARPAGES), void, __oom_kill_process,
	      struct task_struct *, victim, const char *, message)
{
	struct vzctx *ctx;

	vzctx_hook_enter();
	rcu_read_lock();
	ctx = vzctx_get_of_ns(task_active_pid_ns(victim));
	rcu_read_unlock();
	if (ctx) {
		vzctx_memcg_killed(ctx, victim);
		vzctx_put(ctx);
	}
	vzctx_original(__oom_kill_process)(victim, message);
	vzctx_hook_exit();
}

/* Rare enough for every call to be looked at. */

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(each, __oom_kill_process),
};

const struct vzctx_hook_table vzctx_hook_oom = {
	rows, ARRAY_SIZE(rows), vzctx_memcg_adopt
};
