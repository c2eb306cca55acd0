// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - processor time, input and output, uptime and load of a context
 *
 * Promised: the sum over all tasks a context was ever charged for, each from
 * its fork to its last instant on a processor, each counted once, also when it
 * exits during the look; so the figures never fall. A task that is running has
 * used up to one tick more than the figures say.
 *
 * Best effort: the proportion of user and system time, which comes from ticks;
 * the load averages, which are samples every five seconds like the kernel's.
 *
 * Not attempted: an exact idle time. What the processors could have given and
 * did not includes the time when others had them.
 *
 * A task's entry in the owner table lives until the kernel frees the task, some
 * time after its last instant, and is in a list of its context. A look goes
 * through that list, in short holds of its lock, and adds up the living; freeing
 * a task adds its final figures to what is gone, and to the look under way if
 * that had not met the task yet. There are two lists, and a look moves the tasks it
 * meets from the one to the other.
 *
 * No task waits for another's look. A task that wants one and finds one under way
 * goes on with it where it stands, however long the task that began it does not
 * run; then it makes one that begins after the question.
 */
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/loadavg.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "base/ctx.h"
#include "base/part.h"
#include "base/registry.h"
#include "base/tunables.h"
#include "pay/cpu.h"
#include "pay/owner.h"

/* Tasks are freed unseen: entries do not keep them any more. */
static bool shut;

static void add(struct vzctx_cpu_sum *to, const struct vzctx_cpu_sum *what)
{
	to->run += what->run;
	to->user += what->user;
	to->system += what->system;
	to->wait += what->wait;
	to->turns += what->turns;
	to->read += what->read;
	to->write += what->write;
	to->cancel += what->cancel;
}

/* The entry keeps the task allocated. */
static void read_task(const struct task_struct *task, struct vzctx_cpu_sum *sum)
{
	sum->run = READ_ONCE(task->se.sum_exec_runtime);
	sum->user = READ_ONCE(task->utime);
	sum->system = READ_ONCE(task->stime);
	sum->wait = READ_ONCE(task->sched_info.run_delay);
	sum->turns = READ_ONCE(task->sched_info.pcount);
#ifdef CONFIG_TASK_IO_ACCOUNTING
	sum->read = READ_ONCE(task->ioac.read_bytes);
	sum->write = READ_ONCE(task->ioac.write_bytes);
	sum->cancel = READ_ONCE(task->ioac.cancelled_write_bytes);
#else
	sum->read = 0;
	sum->write = 0;
	sum->cancel = 0;
#endif
}

/* As the kernel's own load average judges. */
static bool is_active(const struct task_struct *task)
{
	unsigned int state = READ_ONCE(task->__state);

	return state == TASK_RUNNING ||
	       ((state & TASK_UNINTERRUPTIBLE) && !(state & TASK_NOLOAD));
}

/**
 * vzctx_cpu_join() - a task belongs to a context from now on
 * @own: its entry, being put into the table; the lock of the bucket is held
 */
void vzctx_cpu_join(struct vzctx_owner *own)
{
	struct vzctx_cpu *cpu = &own->ctx->cpu;

	raw_spin_lock(&cpu->lock);
	/* A look under way began before this task. */
	own->state = cpu->met;
	hlist_add_head(own->mine, &cpu->tasks[cpu->met]);
	cpu->joined++;
	raw_spin_unlock(&cpu->lock);
}

/**
 * vzctx_cpu_leave() - the kernel is about to free a task
 * @own: its entry, being taken out of the table; the lock of the bucket is held
 *
 * The task has left its last processor, or has never run.
 */
void vzctx_cpu_leave(struct vzctx_owner *own)
{
	struct vzctx_cpu *cpu = &own->ctx->cpu;
	struct vzctx_cpu_sum sum = {};

	raw_spin_lock(&cpu->lock);
	if (!READ_ONCE(shut))
		read_task(own->obj, &sum);
	add(&cpu->gone, &sum);
	if (own->state != cpu->met)
		add(&cpu->sum, &sum);
	hlist_del(own->mine);
	raw_spin_unlock(&cpu->lock);
}

static void meet(struct vzctx_cpu *cpu, struct vzctx_owner *own)
{
	const struct task_struct *task = own->obj;
	struct vzctx_cpu_sum sum;

	read_task(task, &sum);
	add(&cpu->sum, &sum);
	cpu->active += is_active(task);
	cpu->running += READ_ONCE(task->__state) == TASK_RUNNING;
	own->state = cpu->met;
	hlist_del(own->mine);
	hlist_add_head(own->mine, &cpu->tasks[cpu->met]);
}

/* Begins a look, or goes on with the one under way. Ledger lock held. */
static void advance(struct vzctx_cpu *cpu)
{
	unsigned int batch = VZCTX_CPU_BATCH;
	struct hlist_head *left;

	lockdep_assert_held(&cpu->lock);
	if (cpu->done == cpu->begun) {
		cpu->begun++;
		cpu->met = !cpu->met;
		cpu->sum = cpu->gone;
		cpu->active = 0;
		cpu->running = 0;
	}
	left = &cpu->tasks[!cpu->met];
	while (batch-- && !hlist_empty(left))
		meet(cpu, container_of(left->first, struct vzctx_owner,
				       mine[0]));
	if (!hlist_empty(left))
		return;
	cpu->total = cpu->sum;
	cpu->load_active = cpu->active;
	cpu->load_running = cpu->running;
	cpu->done = cpu->begun;
}

/* Brings the total up to what it is at some instant of the call. */
static void look(struct vzctx_cpu *cpu)
{
	u64 wanted;

	raw_spin_lock_irq(&cpu->lock);
	/* One under way may have met tasks before the call. */
	wanted = cpu->begun + 1;
	while (cpu->done < wanted && !READ_ONCE(shut)) {
		advance(cpu);
		raw_spin_unlock_irq(&cpu->lock);
		cond_resched();
		raw_spin_lock_irq(&cpu->lock);
	}
	raw_spin_unlock_irq(&cpu->lock);
}

/* The exact time in the proportion the ticks saw; neither part ever falls. */
static void split(struct vzctx_cpu *cpu)
{
	const struct vzctx_cpu_sum *sum = &cpu->total;
	u64 system = 0;

	if (!sum->user)
		system = sum->system ? sum->run : 0;
	else if (sum->system)
		system = mul_u64_u64_div_u64(sum->run, sum->system,
					     sum->user + sum->system);
	system = clamp(system, cpu->system,
		       max(cpu->system, sum->run - min(sum->run, cpu->user)));
	cpu->system = system;
	cpu->user = max(cpu->user, sum->run - min(sum->run, system));
}

/**
 * vzctx_cpu_get() - tells what a context has used
 * @ctx: referenced by the caller
 * @stat: filled
 *
 * Looks at the tasks of this context only. Process context; waits for no other task.
 */
void vzctx_cpu_get(struct vzctx *ctx, struct vzctx_cpu_stat *stat)
{
	struct vzctx_cpu *cpu = &ctx->cpu;
	u64 given, used;
	int i;

	look(cpu);
	raw_spin_lock_irq(&cpu->lock);
	split(cpu);
	used = cpu->total.run;
	stat->user = cpu->user;
	stat->system = cpu->system;
	stat->wait = cpu->total.wait;
	stat->turns = cpu->total.turns;
	stat->read = cpu->total.read;
	stat->write = cpu->total.write;
	stat->cancel = cpu->total.cancel;
	stat->born = cpu->born;
	stat->joined = cpu->joined;
	stat->running = cpu->load_running;
	stat->blocked = cpu->load_active - min(cpu->load_active, cpu->load_running);
	for (i = 0; i < 3; i++) {
		unsigned long load = cpu->avenrun[i] + FIXED_1 / 200;

		stat->load[i] = LOAD_INT(load) * 100 + LOAD_FRAC(load);
		stat->avenrun[i] = cpu->avenrun[i];
	}
	raw_spin_unlock_irq(&cpu->lock);
	stat->uptime = ktime_get_boottime_ns() - cpu->born;
	given = stat->uptime * num_online_cpus();
	stat->idle = given > used ? given - used : 0;
}

static void reckon_load(struct vzctx_cpu *cpu)
{
	static const unsigned long exp[3] = { EXP_1, EXP_5, EXP_15 };
	unsigned long periods = (jiffies - cpu->load_at) / LOAD_FREQ;
	unsigned long active = cpu->load_active * FIXED_1;
	int i;

	cpu->load_at += periods * LOAD_FREQ;
	periods = min_t(unsigned long, periods, VZCTX_LOAD_PERIODS);
	while (periods--)
		for (i = 0; i < 3; i++)
			cpu->avenrun[i] = calc_load(cpu->avenrun[i], exp[i],
						    active);
}

static void sample_load(struct work_struct *work)
{
	struct vzctx *ctx;
	u64 serial = 0;

	while ((ctx = vzctx_next(serial))) {
		serial = ctx->serial;
		look(&ctx->cpu);
		raw_spin_lock_irq(&ctx->cpu.lock);
		reckon_load(&ctx->cpu);
		raw_spin_unlock_irq(&ctx->cpu.lock);
		vzctx_put(ctx);
	}
	if (!vzctx_none_left())
		queue_delayed_work(system_dfl_wq, to_delayed_work(work),
				   LOAD_FREQ);
}

static DECLARE_DELAYED_WORK(load_work, sample_load);

static int birth(struct vzctx *ctx)
{
	raw_spin_lock_init(&ctx->cpu.lock);
	ctx->cpu.load_at = jiffies;
	ctx->cpu.born = ktime_get_boottime_ns();
	return 0;
}

/* There is a context: load is sampled from now on until none is left. */
static void start_sampling(struct vzctx *ctx)
{
	queue_delayed_work(system_dfl_wq, &load_work, LOAD_FREQ);
}

const struct vzctx_part vzctx_cpu_part = {
	.alloc = birth,
	.born = start_sampling,
};

/* For unloading, before the hooks go: no task is looked at afterwards. */
void vzctx_cpu_shut(void)
{
	WRITE_ONCE(shut, true);
	/* Every holder of the lock of a ledger is a reader of RCU. */
	synchronize_rcu();
}

/* No context is left, so nothing queues the work any more. */
void vzctx_cpu_uninit(void)
{
	cancel_delayed_work_sync(&load_work);
}
