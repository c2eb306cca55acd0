// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the context: birth, life, death
 */
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/netlink.h>

#include "act.h"
#include "ctx.h"
#include "last.h"
#include "limit.h"
#include "limits.h"
#include "memcg.h"
#include "owner.h"
#include "proc.h"
#include "registry.h"
#include "spare.h"
#include "stay.h"

DEFINE_MUTEX(vzctx_control);
struct workqueue_struct *vzctx_wq;

static void (*tell_last_gone)(void);

/* Refuses what has ended; RCU read side, registry lock, or a reference. */
bool vzctx_tryget(struct vzctx *ctx)
{
	return percpu_ref_tryget(&ctx->ref);
}

void vzctx_put(struct vzctx *ctx)
{
	if (ctx)
		percpu_ref_put(&ctx->ref);
}

/* Owner entries of a context; exact when nothing is charged meanwhile. */
long vzctx_objects(const struct vzctx *ctx)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(ctx->objects, cpu));
	return sum < 0 ? 0 : sum;
}

static void ctx_free(struct vzctx *ctx)
{
	percpu_ref_exit(&ctx->ref);
	vzctx_spare_free(ctx->spare);
	free_percpu(ctx->objects);
	vzctx_last_put(ctx->last);
	kfree(ctx);
}

/*
 * Last reference gone: nothing points to the context but the tree. It was
 * unhashed a grace period before its own reference was dropped, and its news
 * work holds a reference while it is queued.
 */
static void bury(struct work_struct *work)
{
	struct vzctx *ctx = container_of(to_rcu_work(work), struct vzctx, work);
	bool last;

	vzctx_last_final(ctx);
	last = vzctx_registry_forget(ctx);
	ctx_free(ctx);
	if (last)
		tell_last_gone();
}

/* May run in any context, so only hands over. */
static void last_put(struct percpu_ref *ref)
{
	struct vzctx *ctx = container_of(ref, struct vzctx, ref);

	INIT_RCU_WORK(&ctx->work, bury);
	queue_rcu_work(vzctx_wq, &ctx->work);
}

/* A grace period after unhashing: no wrapper can find the context any more. */
static void let_go(struct work_struct *work)
{
	struct vzctx *ctx = container_of(to_rcu_work(work), struct vzctx, work);

	put_pid_ns(ctx->pid_ns);
	put_pid(ctx->init);
	vzctx_act_release(ctx);
	vzctx_proc_del(ctx->ctid);
	vzctx_memcg_release(ctx);
	vzctx_owner_return_lent(ctx);
	vzctx_stay_release();
	percpu_ref_kill(&ctx->ref);
}

static struct vzctx *ctx_alloc(u32 ctid, struct pid *pid)
{
	struct vzctx *ctx;
	unsigned int i;

	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	if (!ctx)
		return NULL;
	ctx->objects = alloc_percpu(long);
	if (!ctx->objects)
		goto err_free;
	ctx->spare = vzctx_spare_alloc();
	if (!ctx->spare)
		goto err_free_objects;
	ctx->last = vzctx_last_alloc();
	if (!ctx->last)
		goto err_free_spare;
	if (percpu_ref_init(&ctx->ref, last_put, 0, GFP_KERNEL))
		goto err_free_last;

	ctx->ctid = ctid;
	ctx->state = VZCTX_STATE_RUNNING;
	ctx->since = ktime_get_real_ns();
	ctx->init = pid;
	ctx->pid_ns = ns_of_pid(pid);
	for (i = 0; i < UB_RESOURCES; i++)
		vzctx_bc_init(&ctx->bc[i]);
	for (i = 0; i < ARRAY_SIZE(ctx->lock_turn); i++)
		mutex_init(&ctx->lock_turn[i]);
	vzctx_cpu_birth(ctx);
	vzctx_news_init(&ctx->news);
	raw_spin_lock_init(&ctx->lent_lock);
	INIT_HLIST_HEAD(&ctx->lent);
	refcount_set(&ctx->holds, 1);
	RB_CLEAR_NODE(&ctx->all);
	return ctx;

err_free_last:
	vzctx_last_put(ctx->last);
err_free_spare:
	vzctx_spare_free(ctx->spare);
err_free_objects:
	free_percpu(ctx->objects);
err_free:
	kfree(ctx);
	return NULL;
}

/**
 * vzctx_precheck() - tells whether a context could be created
 * @ctid: its id
 * @pid: the init of its pid namespace
 * @extack: gets the reason of a refusal
 *
 * Control mutex held. Changes nothing.
 *
 * Return: 0, or see VZCTX_CMD_CREATE.
 */
int vzctx_precheck(u32 ctid, struct pid *pid, struct netlink_ext_ack *extack)
{
	struct pid_namespace *pid_ns = ns_of_pid(pid);
	int err;

	lockdep_assert_held(&vzctx_control);
	if (pid_ns == &init_pid_ns) {
		NL_SET_ERR_MSG(extack, "the task is in the initial pid namespace, which is the host");
		return -EINVAL;
	}
	err = vzctx_registry_check(ctid, pid_ns, extack);
	if (err)
		return err;
	if (!is_child_reaper(pid)) {
		NL_SET_ERR_MSG(extack, "the task is not the init of its pid namespace");
		return -EINVAL;
	}
	if (READ_ONCE(pid_ns->pid_allocated) > (PIDNS_ADDING | 1)) {
		NL_SET_ERR_MSG(extack, "the pid namespace already has more tasks than its init");
		return -EBUSY;
	}
	return 0;
}

/*
 * The last hold goes with the end or with the binding, whichever is later: what
 * the binding charges and refers to is there when the context is let go.
 */
static void unhold(struct vzctx *ctx)
{
	if (!refcount_dec_and_test(&ctx->holds))
		return;
	INIT_RCU_WORK(&ctx->work, let_go);
	queue_rcu_work(vzctx_wq, &ctx->work);
}

/*
 * Exactly one caller gets the context, referenced. Its own reference is dropped
 * when no wrapper can find it any more.
 */
static struct vzctx *end(const struct pid_namespace *pid_ns)
{
	struct vzctx *ctx = vzctx_registry_end(pid_ns);

	if (ctx) {
		vzctx_stay_close();
		unhold(ctx);
	}
	return ctx;
}

/**
 * vzctx_create() - binds a context to a pid namespace and charges its init
 * @ctid: free id
 * @pid: init of the namespace; the caller keeps its reference
 * @limit: limits from the start, already checked; a limit below what the init
 *	holds is accepted
 * @nr: how many
 * @adopt: charges what the init has; 0 or -errno
 * @extack: gets the reason of a refusal
 *
 * Control mutex held, hooks installed. The end of the namespace is not missed:
 * either its init is seen exiting here, after hashing, or its way to
 * zap_pid_ns_processes() begins later and meets the hash.
 *
 * Return: 0, or see VZCTX_CMD_CREATE.
 */
int vzctx_create(u32 ctid, struct pid *pid, const struct vzctx_limit *limit,
		 unsigned int nr, vzctx_adopt_fn adopt,
		 struct netlink_ext_ack *extack)
{
	struct task_struct *task;
	struct vzctx *ctx;
	int err;

	lockdep_assert_held(&vzctx_control);
	task = get_pid_task(pid, PIDTYPE_TGID);
	if (!task) {
		NL_SET_ERR_MSG(extack, "the task is gone");
		return -ESRCH;
	}
	err = -ENOMEM;
	ctx = ctx_alloc(ctid, pid);
	if (!ctx)
		goto out_put_task;
	vzctx_set_limits(ctx, limit, nr);

	err = vzctx_stay_open();
	if (err)
		goto err_free_ctx;
	get_pid_ns(ctx->pid_ns);
	get_pid(ctx->init);
	vzctx_proc_add(ctid);
	/* The init may be killed at any time once the context is known. */
	refcount_inc(&ctx->holds);

	err = vzctx_registry_add(ctx, extack);
	if (err)
		goto err_put_ns;
	vzctx_cpu_start();

	/* Pairs with the barriers between exit_signals() and the callback. */
	smp_mb();
	if (READ_ONCE(task->flags) & PF_EXITING) {
		NL_SET_ERR_MSG(extack, "the task is exiting");
		err = -ESRCH;
		goto err_end;
	}
	err = adopt(ctx, task);
	if (!err && READ_ONCE(ctx->state) != VZCTX_STATE_RUNNING) {
		NL_SET_ERR_MSG(extack, "the task died while it was being bound");
		err = -ESRCH;
	}
	if (err)
		goto err_end;
	vzctx_event_life(ctx, VZCTX_EVENT_START);
	unhold(ctx);
	put_task_struct(task);
	return 0;

err_end:
	vzctx_put(end(ctx->pid_ns));
	unhold(ctx);
	goto out_put_task;
err_put_ns:
	vzctx_proc_del(ctid);
	put_pid(ctx->init);
	put_pid_ns(ctx->pid_ns);
	vzctx_stay_close();
	vzctx_stay_release();
err_free_ctx:
	ctx_free(ctx);
out_put_task:
	put_task_struct(task);
	return err;
}

/**
 * vzctx_end() - the pid namespace of a context has lost its last task
 * @pid_ns: any pid namespace; most are nobody's
 *
 * Runs in the exiting init, so it must not wait for the control mutex.
 */
void vzctx_end(struct pid_namespace *pid_ns)
{
	struct vzctx *ctx = end(pid_ns);

	if (!ctx)
		return;
	vzctx_last_end(ctx);
	vzctx_event_life(ctx, VZCTX_EVENT_STOP);
	vzctx_put(ctx);
}

/* Kills the init; the rest follows from that. Caller holds a reference. */
void vzctx_kill(struct vzctx *ctx)
{
	struct pid *init = vzctx_get_init(ctx);

	if (init)
		kill_pid(init, SIGKILL, 1);
	put_pid(init);
}

/* The init's pid as the caller sees it; 0 if it has ended or is invisible. */
pid_t vzctx_init_pid(struct vzctx *ctx)
{
	struct pid *init = vzctx_get_init(ctx);
	pid_t nr = pid_vnr(init);

	put_pid(init);
	return nr;
}

/**
 * vzctx_init() - prepares an empty registry
 * @last_gone: called in process context after the last context was freed
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_init(void (*last_gone)(void))
{
	tell_last_gone = last_gone;
	vzctx_wq = alloc_workqueue("vzctx", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return vzctx_wq ? 0 : -ENOMEM;
}

/**
 * vzctx_shutdown() - ends whatever runs and purges whatever is charged
 *
 * Doors are shut and hooks removed. Running contexts are found here only when
 * the module was forced out; their tasks go on, uncounted.
 */
void vzctx_shutdown(void)
{
	struct vzctx *ctx;
	u64 serial = 0;

	while ((ctx = vzctx_next(serial))) {
		serial = ctx->serial;
		vzctx_end(ctx->pid_ns);
		vzctx_put(ctx);
	}
	vzctx_owner_purge();
	while (!vzctx_none_left()) {
		rcu_barrier();
		flush_workqueue(vzctx_wq);
	}
}

void vzctx_uninit(void)
{
	destroy_workqueue(vzctx_wq);
}

#ifdef VZCTX_DEBUG
#include "selftest/ctx.c"
#endif
