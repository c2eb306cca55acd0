// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: the end of a pid namespace
 */
#include <linux/pid_namespace.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "hook/tables.h"
#include "life/life.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/*
 * The original returns when every task but the init is reaped. Until then the
 * context stays bound, so that forks racing with the end are still charged.
 */
VZCTX_WRAPPER(VZCTX_FOR_ALL, void, zap_pid_ns_processes,
	      struct pid_namespace *, pid_ns)
{
	vzctx_hook_enter();
	vzctx_original(zap_pid_ns_processes)(pid_ns);
	vzctx_end(pid_ns);
	vzctx_hook_exit();
}

static __always_inline bool ends_context(struct pid_namespace *pid_ns)
{
	bool is_root;

	preempt_disable_notrace();
	is_root = vzctx_is_root_rcu(pid_ns);
	preempt_enable_notrace();
	return is_root;
}

VZCTX_HOOK_TEST(ends)
{
	return ends_context(VZCTX_HOOK_ARG0);
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED_IF(each, zap_pid_ns_processes, ends),
};

const struct vzctx_hook_table vzctx_hook_ctx = {
	rows, ARRAY_SIZE(rows), NULL
};
