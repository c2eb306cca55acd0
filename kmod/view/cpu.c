// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - view: processors of a container
 *
 * It sees those of its cpuset, under their own numbers, as sched_getaffinity() and
 * /proc/PID/status name them. On which of them its tasks ran is not recorded: each
 * is shown with an equal part of the container's time.
 */
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/timekeeping.h>
#include <asm/processor.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "base/view.h"
#include "kern/known.h"
#include "pay/cpu.h"
#include "view/tables.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

VZCTX_CALL(VZCTX_FOR_NONE, void, cpuset_cpus_allowed,
	   struct task_struct *, tsk, struct cpumask *, mask);

static struct vzctx_call calls[] = { VZCTX_CALL_ROW(cpuset_cpus_allowed) };

/* The init of a running context, referenced; or NULL. */
static struct task_struct *get_init(struct vzctx *ctx)
{
	struct task_struct *init = NULL;

	rcu_read_lock();
	/* Its pid is kept until a grace period after the end. */
	if (READ_ONCE(ctx->state) == VZCTX_STATE_RUNNING)
		init = pid_task(ctx->init, PIDTYPE_PID);
	if (init)
		get_task_struct(init);
	rcu_read_unlock();
	return init;
}

/* Those that the init may run on; all if there is no init any more. */
static void read_cpus(struct vzctx *ctx, struct cpumask *cpus)
{
	struct task_struct *init = get_init(ctx);

	cpumask_copy(cpus, cpu_online_mask);
	if (init) {
		vzctx_call(cpuset_cpus_allowed)(init, cpus);
		put_task_struct(init);
	}
	if (!cpumask_and(cpus, cpus, cpu_online_mask))
		cpumask_copy(cpus, cpu_online_mask);
}

/*
 * The processors of the container the calling task is in; free with put_cpus().
 * NULL: it is in none. *@err is set then, to 0 or -ENOMEM.
 */
static struct vzctx *get_cpus(cpumask_var_t *cpus, int *err)
{
	struct vzctx *ctx = vzctx_get_of_current();

	*err = 0;
	if (!ctx)
		return NULL;
	if (!alloc_cpumask_var(cpus, GFP_KERNEL)) {
		*err = -ENOMEM;
		vzctx_put(ctx);
		return NULL;
	}
	read_cpus(ctx, *cpus);
	return ctx;
}

static void put_cpus(struct vzctx *ctx, cpumask_var_t cpus)
{
	free_cpumask_var(cpus);
	vzctx_put(ctx);
}

static u64 ticks(u64 ns, unsigned int parts)
{
	return div_u64(ns, NSEC_PER_SEC / USER_HZ * parts);
}

/* A line of processor time, of which there are so many equal parts. */
static void show_times(struct seq_file *p, const struct vzctx_cpu_stat *cpu, u64 idle,
		       unsigned int parts)
{
	seq_printf(p, " %llu 0 %llu %llu 0 0 0 0 0 0\n", ticks(cpu->user, parts),
		   ticks(cpu->system, parts), ticks(idle, parts));
}

static void show(struct seq_file *p, const struct vzctx_cpu_stat *cpu,
		 const struct cpumask *cpus)
{
	unsigned int i, parts = cpumask_weight(cpus);
	u64 used = cpu->user + cpu->system, given = cpu->uptime * parts;
	u64 idle = given - min(given, used);
	struct timespec64 boot;

	getboottime64(&boot);
	boot = timespec64_add(boot, ns_to_timespec64(cpu->born));
	seq_puts(p, "cpu ");
	show_times(p, cpu, idle, 1);
	for_each_cpu(i, cpus) {
		seq_printf(p, "cpu%u", i);
		show_times(p, cpu, idle, parts);
	}
	seq_printf(p, "intr 0\nctxt %llu\nbtime %lld\nprocesses %llu\nprocs_running %u\nprocs_blocked %u\nsoftirq 0",
		   cpu->turns, (long long)boot.tv_sec, cpu->joined, cpu->running,
		   cpu->blocked);
	for (i = 0; i < NR_SOFTIRQS; i++)
		seq_puts(p, " 0");
	seq_putc(p, '\n');
}

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_STAT), int, show_stat,
	      struct seq_file *, p, void *, v)
{
	struct vzctx_cpu_stat cpu;
	cpumask_var_t cpus;
	struct vzctx *ctx;
	int ret;

	ctx = get_cpus(&cpus, &ret);
	if (ctx) {
		vzctx_cpu_get(ctx, &cpu);
		show(p, &cpu, cpus);
		put_cpus(ctx, cpus);
	} else if (!ret) {
		ret = vzctx_original(show_stat)(p, v);
	}
	vzctx_stay_end();
	return ret;
}

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_CPUINFO), int, show_cpuinfo,
	      struct seq_file *, m, void *, v)
{
	const struct cpuinfo_x86 *c = v;
	cpumask_var_t cpus;
	struct vzctx *ctx;
	bool seen = true;
	int ret;

	ctx = get_cpus(&cpus, &ret);
	if (ctx) {
		seen = cpumask_test_cpu(c->cpu_index, cpus);
		put_cpus(ctx, cpus);
	}
	if (!ret && seen)
		ret = vzctx_original(show_cpuinfo)(m, v);
	vzctx_stay_end();
	return ret;
}

/* The function shows the possible and the present processors too. */
VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_ONLINE), ssize_t, show_cpus_attr,
	      struct device *, dev, struct device_attribute *, attr, char *, buf)
{
	struct vzctx *ctx = NULL;
	cpumask_var_t cpus;
	ssize_t ret = 0;
	int err = 0;

	if (!strcmp(attr->attr.name, "online"))
		ctx = get_cpus(&cpus, &err);
	if (ctx) {
		ret = sysfs_emit(buf, "%*pbl\n", cpumask_pr_args(cpus));
		put_cpus(ctx, cpus);
	} else {
		ret = err ?: vzctx_original(show_cpus_attr)(dev, attr, buf);
	}
	vzctx_stay_end();
	return ret;
}

static int find_calls(struct vzctx *ctx, struct task_struct *init)
{
	vzctx_calls_find(calls, ARRAY_SIZE(calls));
	return 0;
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED_IF(host, show_stat, vzctx_hook_inside),
	VZCTX_HOOK_GROUPED_IF(host, show_cpuinfo, vzctx_hook_inside),
	VZCTX_HOOK_GROUPED_IF(host, show_cpus_attr, vzctx_hook_inside),
};

const struct vzctx_hook_table vzctx_view_cpu = {
	rows, ARRAY_SIZE(rows), find_calls, calls, ARRAY_SIZE(calls)
};
