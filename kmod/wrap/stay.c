// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - calls that may last for ever
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "base/tunables.h"
#include "wrap/inside.h"
#include "wrap/stay.h"

DEFINE_PER_CPU(long, vzctx_staying);
bool vzctx_stay_is_open __read_mostly;

/* Guards everything below. A leaf. */
static DEFINE_SPINLOCK(lock);

static unsigned int running;	/* contexts */
static bool held;		/* the module, by us */
static unsigned long closed;	/* RCU's clock when it was closed */
static unsigned int looks;	/* since then */

static void look(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look);

/**
 * vzctx_stay_open() - a context is about to run
 *
 * Return: 0, or -ENODEV if the module is being unloaded.
 */
int vzctx_stay_open(void)
{
	int err = 0;

	spin_lock(&lock);
	if (!held && !try_module_get(THIS_MODULE)) {
		err = -ENODEV;
	} else {
		held = true;
		running++;
		WRITE_ONCE(vzctx_stay_is_open, true);
	}
	spin_unlock(&lock);
	return err;
}

/* A context runs no more; to be followed by vzctx_stay_release(). */
void vzctx_stay_close(void)
{
	spin_lock(&lock);
	if (!--running) {
		WRITE_ONCE(vzctx_stay_is_open, false);
		WRITE_ONCE(closed, get_state_synchronize_rcu());
		looks = 0;
	}
	spin_unlock(&lock);
}

/* How many stay. Once closed for a grace period a sum of zero is final. */
long vzctx_stay_count(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(vzctx_staying, cpu));
	return sum;
}

/*
 * A task that was let in had preemption off from its look at the gate until it was
 * counted. So after a grace period every such task is counted and none is added,
 * and the sum is zero only when all have left. Unloading waits for the last
 * instructions of a wrapper, which come after the count.
 */
static bool all_left(void)
{
	lockdep_assert_held(&lock);
	return poll_state_synchronize_rcu(closed) && !vzctx_stay_count();
}

/**
 * vzctx_stay_release() - drops the module if no task stays
 *
 * To be called after vzctx_stay_close(), best a grace period later. While a task
 * stays, this is tried again from time to time. Sleeps, but for a grace period at
 * most.
 */
void vzctx_stay_release(void)
{
	bool drop = false, again = false, tell = false;

	if (!READ_ONCE(vzctx_stay_is_open))
		cond_synchronize_rcu(READ_ONCE(closed));
	spin_lock(&lock);
	if (held && !running) {
		drop = all_left();
		again = !drop;
		held = again;
		tell = again && ++looks == VZCTX_STAY_LOOKS;
	}
	spin_unlock(&lock);
	if (tell)
		vzctx_inside_tell();
	if (again)
		queue_delayed_work(system_dfl_wq, &look_work,
				   msecs_to_jiffies(VZCTX_STAY_POLL_MS));
	if (drop)
		module_put(THIS_MODULE);
}

static void look(struct work_struct *work)
{
	vzctx_stay_release();
}

/* Nothing is held any more, so nothing queues the work. */
void vzctx_stay_uninit(void)
{
	cancel_delayed_work_sync(&look_work);
}
