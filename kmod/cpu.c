// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - processor time, uptime and load of a context
 *
 * Promised: the sum over all tasks a context was ever charged for, each from
 * its fork to its last instant on a processor, each counted once, also when it
 * exits during the look; so the figures never fall. A task that is running has
 * used up to one tick more than is told.
 *
 * Best effort: the proportion of user and system time, which comes from ticks;
 * the load averages, which are samples every five seconds like the kernel's.
 *
 * Not attempted: an exact idle time. What the processors could have given and
 * did not includes the time when others had them.
 *
 * A task's entry in the owner table lives until the kernel frees the task, some
 * time after its last instant. A scan of the table adds up the living; freeing a
 * task adds its final figures to what is gone, in the same hold of the bucket
 * lock that takes the entry out. A task the scan has met and that is freed
 * before the scan is over would count twice; it is marked, and taken off.
 */
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/loadavg.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "cpu.h"
#include "ctx.h"
#include "limits.h"
#include "owner.h"

/* One scan at a time. A leaf: nothing is waited for inside but memory. */
static DEFINE_MUTEX(scan_mutex);
static u16 scan;

/* Tasks are freed unseen: entries do not keep them any more. */
static bool shut;

static void add(struct vzctx_cpu_sum *to, const struct vzctx_cpu_sum *what)
{
	to->run += what->run;
	to->user += what->user;
	to->system += what->system;
	to->wait += what->wait;
	to->turns += what->turns;
}

static void take(struct vzctx_cpu_sum *from, const struct vzctx_cpu_sum *what)
{
	from->run -= what->run;
	from->user -= what->user;
	from->system -= what->system;
	from->wait -= what->wait;
	from->turns -= what->turns;
}

/* The entry keeps the task allocated. */
static void read_task(const struct task_struct *task, struct vzctx_cpu_sum *sum)
{
	sum->run = READ_ONCE(task->se.sum_exec_runtime);
	sum->user = READ_ONCE(task->utime);
	sum->system = READ_ONCE(task->stime);
	sum->wait = READ_ONCE(task->sched_info.run_delay);
	sum->turns = READ_ONCE(task->sched_info.pcount);
}

/* As the kernel's own load average judges. */
static bool is_active(const struct task_struct *task)
{
	unsigned int state = READ_ONCE(task->__state);

	return state == TASK_RUNNING ||
	       ((state & TASK_UNINTERRUPTIBLE) && !(state & TASK_NOLOAD));
}

/* Bucket lock held, and the scan mutex. */
static void meet(struct vzctx_owner *own)
{
	struct vzctx_cpu *cpu = &own->ctx->cpu;
	const struct task_struct *task = own->obj;
	struct vzctx_cpu_sum sum;

	if (cpu->live_scan != scan) {
		cpu->live_scan = scan;
		cpu->live = (struct vzctx_cpu_sum) {};
		cpu->active = 0;
	}
	read_task(task, &sum);
	add(&cpu->live, &sum);
	cpu->active += is_active(task);
	own->scan = scan;
}

/* Bucket lock held; the entry is being taken out. */
static void part(struct vzctx_owner *own)
{
	struct vzctx_cpu *cpu = &own->ctx->cpu;
	struct vzctx_cpu_sum sum;

	read_task(own->obj, &sum);
	raw_spin_lock(&cpu->lock);
	add(&cpu->gone, &sum);
	/* Under the lock, so no older scan is seen than by who held it before. */
	if (own->scan && own->scan == READ_ONCE(scan)) {
		if (cpu->late_scan != own->scan) {
			cpu->late_scan = own->scan;
			cpu->late = (struct vzctx_cpu_sum) {};
		}
		add(&cpu->late, &sum);
	}
	raw_spin_unlock(&cpu->lock);
}

/**
 * vzctx_cpu_task_gone() - the kernel is about to free a task
 * @task: it has left its last processor, and what is charged for it goes
 *
 * Any context.
 */
void vzctx_cpu_task_gone(const struct task_struct *task)
{
	vzctx_owner_part(task, UB_NUMPROC, part);
}

/**
 * vzctx_cpu_begin() - looks at all tasks; figures may be read until the end
 *
 * Sleeps, and walks the owner table.
 */
void vzctx_cpu_begin(void)
{
	mutex_lock(&scan_mutex);
	/* 0 marks entries that no scan has met. Pairs with part(). */
	WRITE_ONCE(scan, scan == U16_MAX ? 1 : scan + 1);
	if (!shut)
		vzctx_owner_each(UB_NUMPROC, meet);
}

/* What living and gone tasks have used, as of now. */
static void total(struct vzctx_cpu *cpu, struct vzctx_cpu_sum *sum)
{
	unsigned long flags;

	*sum = (struct vzctx_cpu_sum) {};
	if (cpu->live_scan == scan)
		*sum = cpu->live;
	raw_spin_lock_irqsave(&cpu->lock, flags);
	add(sum, &cpu->gone);
	if (cpu->late_scan == scan)
		take(sum, &cpu->late);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
}

/* The exact time in the proportion the ticks saw; neither part ever falls. */
static void split(struct vzctx_cpu *cpu, const struct vzctx_cpu_sum *sum)
{
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
 * Between vzctx_cpu_begin() and vzctx_cpu_end().
 */
void vzctx_cpu_get(struct vzctx *ctx, struct vzctx_cpu_stat *stat)
{
	struct vzctx_cpu *cpu = &ctx->cpu;
	struct vzctx_cpu_sum sum;
	u64 given;
	int i;

	lockdep_assert_held(&scan_mutex);
	total(cpu, &sum);
	split(cpu, &sum);
	stat->user = cpu->user;
	stat->system = cpu->system;
	stat->uptime = ktime_get_boottime_ns() - cpu->born;
	given = stat->uptime * num_online_cpus();
	stat->idle = given > sum.run ? given - sum.run : 0;
	stat->wait = sum.wait;
	stat->turns = sum.turns;
	for (i = 0; i < 3; i++) {
		unsigned long load = cpu->avenrun[i] + FIXED_1 / 200;

		stat->load[i] = LOAD_INT(load) * 100 + LOAD_FRAC(load);
	}
}

/* Ends what vzctx_cpu_begin() began. */
void vzctx_cpu_end(void)
{
	mutex_unlock(&scan_mutex);
}

static void reckon_load(struct vzctx_cpu *cpu)
{
	static const unsigned long exp[3] = { EXP_1, EXP_5, EXP_15 };
	unsigned long periods = (jiffies - cpu->load_at) / LOAD_FREQ;
	unsigned long active = 0;
	int i;

	if (cpu->live_scan == scan)
		active = cpu->active * FIXED_1;
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

	vzctx_cpu_begin();
	while ((ctx = vzctx_next(serial))) {
		serial = ctx->serial;
		reckon_load(&ctx->cpu);
		vzctx_put(ctx);
	}
	vzctx_cpu_end();
	if (!vzctx_none_left())
		queue_delayed_work(system_unbound_wq, to_delayed_work(work),
				   LOAD_FREQ);
}

static DECLARE_DELAYED_WORK(load_work, sample_load);

/* A context is being made; nobody else knows it yet. */
void vzctx_cpu_birth(struct vzctx *ctx)
{
	raw_spin_lock_init(&ctx->cpu.lock);
	ctx->cpu.load_at = jiffies;
	ctx->cpu.born = ktime_get_boottime_ns();
}

/* There is a context: load is sampled from now on until none is left. */
void vzctx_cpu_start(void)
{
	queue_delayed_work(system_unbound_wq, &load_work, LOAD_FREQ);
}

/* For unloading, before the hooks go: no task is looked at afterwards. */
void vzctx_cpu_shut(void)
{
	mutex_lock(&scan_mutex);
	shut = true;
	mutex_unlock(&scan_mutex);
}

/* No context is left, so nothing queues the work any more. */
void vzctx_cpu_uninit(void)
{
	cancel_delayed_work_sync(&load_work);
}
