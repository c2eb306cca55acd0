// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - view: time and load of a container
 *
 * Uptime counts from the binding. Load is of the container's own tasks, sampled
 * as the kernel samples the machine's.
 */
#include <linux/idr.h>
#include <linux/math64.h>
#include <linux/pid_namespace.h>
#include <linux/seq_file.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "base/view.h"
#include "pay/cpu.h"
#include "view/tables.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/* Seconds with two digits behind the point. */
static void seconds(struct seq_file *m, u64 ns, char end)
{
	u32 rest;
	u64 whole = div_u64_rem(ns, NSEC_PER_SEC, &rest);

	seq_printf(m, "%llu.%02lu%c", whole, rest / (NSEC_PER_SEC / 100), end);
}

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_UPTIME), int, uptime_proc_show,
	      struct seq_file *, m, void *, v)
{
	struct vzctx *ctx = vzctx_get_of_current();
	struct vzctx_cpu_stat cpu;
	int ret = 0;

	if (ctx) {
		vzctx_cpu_get(ctx, &cpu);
		seconds(m, cpu.uptime, ' ');
		seconds(m, cpu.idle, '\n');
		vzctx_put(ctx);
	} else {
		ret = vzctx_original(uptime_proc_show)(m, v);
	}
	vzctx_stay_end();
	return ret;
}

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_LOADAVG), int, loadavg_proc_show,
	      struct seq_file *, m, void *, v)
{
	struct vzctx *ctx = vzctx_get_of_current();
	struct vzctx_bc_state tasks;
	struct vzctx_cpu_stat cpu;
	int i, ret = 0;

	if (ctx) {
		vzctx_cpu_get(ctx, &cpu);
		vzctx_bc_read(&ctx->bc[UB_NUMPROC], &tasks);
		for (i = 0; i < 3; i++)
			seq_printf(m, "%u.%02u ", cpu.load[i] / 100,
				   cpu.load[i] % 100);
		seq_printf(m, "%u/%lu %d\n", cpu.running, tasks.held,
			   idr_get_cursor(&task_active_pid_ns(current)->idr) - 1);
		vzctx_put(ctx);
	} else {
		ret = vzctx_original(loadavg_proc_show)(m, v);
	}
	vzctx_stay_end();
	return ret;
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED_IF(host, uptime_proc_show, vzctx_hook_inside),
	VZCTX_HOOK_GROUPED_IF(host, loadavg_proc_show, vzctx_hook_inside),
};

const struct vzctx_hook_table vzctx_view_time = {
	rows, ARRAY_SIZE(rows), NULL
};
