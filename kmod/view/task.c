// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - view: tasks of a container
 *
 * Inside, tasks started so long after the container as /proc/uptime says. On the
 * host and in its own container a task of a container has two more lines in
 * /proc/PID/status, which are OpenVZ's; a task of the host has not.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/pid_namespace.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "base/view.h"
#include "view/tables.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/* Of /proc/PID/stat; the second is a name in parentheses, where a blank may be. */
#define START_FIELD	22

/* Where the start time stands in what was written, or NULL. */
static char *find_start(struct seq_file *m, size_t from)
{
	char *at = m->buf + m->count, *end = at;
	unsigned int field = 2;

	while (at > m->buf + from && *--at != ')')
		;
	while (at < end && field < START_FIELD)
		field += *at++ == ' ';
	return at < end ? at : NULL;
}

/* Counts it from the binding. A number that is not larger takes no more room. */
static void rebase(struct seq_file *m, size_t from, u64 born)
{
	u64 ticks = div_u64(born, NSEC_PER_SEC / USER_HZ), start = 0;
	char *at = find_start(m, from), *rest = at, text[24];
	int len;

	if (!at)
		return;
	while (rest < m->buf + m->count && *rest >= '0' && *rest <= '9')
		start = start * 10 + (*rest++ - '0');
	len = snprintf(text, sizeof(text), "%llu", start - min(start, ticks));
	if (len > rest - at)
		return;
	memcpy(at, text, len);
	memmove(at + len, rest, m->buf + m->count - rest);
	m->count -= rest - at - len;
}

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_TASK_STAT), int, do_task_stat,
	      struct seq_file *, m, struct pid_namespace *, ns, struct pid *, pid,
	      struct task_struct *, task, int, whole)
{
	struct vzctx *ctx = vzctx_get_of_current();
	size_t from = m->count;
	int ret;

	ret = vzctx_original(do_task_stat)(m, ns, pid, task, whole);
	if (ctx) {
		/* What does not fit is written once more, with more room. */
		if (!ret && !seq_has_overflowed(m))
			rebase(m, from, ctx->cpu.born);
		vzctx_put(ctx);
	}
	vzctx_stay_end();
	return ret;
}

/* @pid: the task's, which keeps its namespace, and that the container's. */
static void show_container(struct seq_file *m, struct pid *pid)
{
	struct vzctx *ctx = vzctx_get_of_ns(ns_of_pid(pid));
	struct vzctx *reader = vzctx_get_of_current();

	if (ctx && (!reader || reader == ctx))
		seq_printf(m, "envID:\t%u\nVPid:\t%d\n", ctx->ctid,
			   pid_nr_ns(pid, ctx->pid_ns));
	if (ctx)
		vzctx_put(ctx);
	if (reader)
		vzctx_put(reader);
}

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_TASK_STATUS), int, proc_pid_status,
	      struct seq_file *, m, struct pid_namespace *, ns, struct pid *, pid,
	      struct task_struct *, task)
{
	int ret;

	vzctx_hook_enter();
	ret = vzctx_original(proc_pid_status)(m, ns, pid, task);
	if (!ret && pid->level)
		show_container(m, pid);
	vzctx_hook_exit();
	return ret;
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED_IF(host, do_task_stat, vzctx_hook_inside),
	VZCTX_HOOK_GROUPED(each, proc_pid_status),
};

const struct vzctx_hook_table vzctx_view_task = {
	rows, ARRAY_SIZE(rows), NULL
};
