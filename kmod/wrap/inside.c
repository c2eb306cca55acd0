// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - who is inside wrappers
 *
 * A task asleep in a wrapper has it on its stack. So wrappers need not write
 * anything down for the rare case that this is asked for.
 */
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "base/tunables.h"
#include "kern/known.h"
#include "wrap/hook.h"
#include "wrap/inside.h"

VZCTX_CALL(VZCTX_FOR_NONE, unsigned int, stack_trace_save_tsk,
	   struct task_struct *, task, unsigned long *, store,
	   unsigned int, size, unsigned int, skip);

static struct vzctx_call calls[] = { VZCTX_CALL_ROW(stack_trace_save_tsk) };

/** vzctx_inside_init() - says which function of the kernel will be called */
void __init vzctx_inside_init(void)
{
	vzctx_calls_expect(calls, ARRAY_SIZE(calls));
}

/* The outermost function of the module a task is in: the wrapper; or 0. */
static unsigned long wrapper_of(struct task_struct *task)
{
	unsigned long entries[VZCTX_INSIDE_FRAMES];
	unsigned int nr;

	nr = vzctx_call(stack_trace_save_tsk)(task, entries,
					      ARRAY_SIZE(entries), 0);
	while (nr--)
		if (within_module_core(entries[nr], THIS_MODULE))
			return entries[nr];
	return 0;
}

static void tell(struct task_struct *task, unsigned long wrapper)
{
	char name[KSYM_SYMBOL_LEN], comm[TASK_COMM_LEN];
	const char *function = name;

	snprintf(name, sizeof(name), "%ps", (void *)wrapper);
	name[strcspn(name, " ")] = 0;
	if (!strncmp(name, "wrap_", 5))
		function += 5;
	strscpy_pad(comm, task->comm, sizeof(comm));
	pr_warn("%*pE (pid %d) is in %s() and keeps the module from being unloaded\n",
		(int)strlen(comm), comm, task_pid_nr(task), function);
}

/**
 * vzctx_inside_tell() - names some of the tasks inside wrappers in the log
 *
 * Those asleep; a running one will be out soon. Sleeps.
 */
void vzctx_inside_tell(void)
{
	unsigned int batch, told = 0;
	struct task_struct *task;
	unsigned long wrapper;
	struct pid *pid;
	int nr = 1;

	vzctx_calls_find(calls, ARRAY_SIZE(calls));
	do {
		rcu_read_lock();
		for (batch = VZCTX_INSIDE_BATCH; batch; batch--, nr++) {
			pid = idr_get_next(&init_pid_ns.idr, &nr);
			if (!pid || told == VZCTX_INSIDE_TOLD)
				break;
			task = pid_task(pid, PIDTYPE_PID);
			if (!task || task == current)
				continue;
			wrapper = wrapper_of(task);
			if (wrapper) {
				tell(task, wrapper);
				told++;
			}
		}
		rcu_read_unlock();
		cond_resched();
	} while (!batch);
}
