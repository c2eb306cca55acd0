// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the life of a context: birth, end, burial
 */
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/netlink.h>

#include "base/ctx.h"
#include "base/event.h"
#include "base/limit.h"
#include "base/part.h"
#include "base/registry.h"
#include "life/life.h"
#include "pay/owner_table.h"
#include "wrap/stay.h"

/* NULL-terminated. */
static const struct vzctx_part *const *parts;
static void (*tell_last_gone)(void);

static unsigned int nr_parts(void)
{
	unsigned int nr = 0;

	while (parts[nr])
		nr++;
	return nr;
}

/* Of the first so many parts. */
static void parts_free(struct vzctx *ctx, unsigned int nr)
{
	while (nr--)
		if (parts[nr]->free)
			parts[nr]->free(ctx);
}

static int parts_alloc(struct vzctx *ctx)
{
	unsigned int i;
	int err;

	for (i = 0; parts[i]; i++) {
		err = parts[i]->alloc ? parts[i]->alloc(ctx) : 0;
		if (err) {
			parts_free(ctx, i);
			return err;
		}
	}
	return 0;
}

static void parts_born(struct vzctx *ctx)
{
	const struct vzctx_part *const *part;

	for (part = parts; *part; part++)
		if ((*part)->born)
			(*part)->born(ctx);
}

static void parts_ended(struct vzctx *ctx)
{
	unsigned int i = nr_parts();

	while (i--)
		if (parts[i]->ended)
			parts[i]->ended(ctx);
}

static void parts_release(struct vzctx *ctx)
{
	unsigned int i = nr_parts();

	while (i--)
		if (parts[i]->release)
			parts[i]->release(ctx);
}

static void parts_final(struct vzctx *ctx)
{
	unsigned int i = nr_parts();

	while (i--)
		if (parts[i]->final)
			parts[i]->final(ctx);
}

static void ctx_free(struct vzctx *ctx)
{
	percpu_ref_exit(&ctx->ref);
	parts_free(ctx, nr_parts());
	free_percpu(ctx->objects);
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

	parts_final(ctx);
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
	parts_release(ctx);
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
	if (percpu_ref_init(&ctx->ref, last_put, 0, GFP_KERNEL))
		goto err_free_objects;
	if (parts_alloc(ctx))
		goto err_exit_ref;

	ctx->ctid = ctid;
	ctx->state = VZCTX_STATE_RUNNING;
	ctx->since = ktime_get_real_ns();
	ctx->init = pid;
	ctx->pid_ns = ns_of_pid(pid);
	for (i = 0; i < UB_RESOURCES; i++)
		vzctx_bc_init(&ctx->bc[i]);
	for (i = 0; i < ARRAY_SIZE(ctx->lock_turn); i++)
		mutex_init(&ctx->lock_turn[i]);
	vzctx_news_init(&ctx->news);
	refcount_set(&ctx->holds, 1);
	RB_CLEAR_NODE(&ctx->all);
	return ctx;

err_exit_ref:
	percpu_ref_exit(&ctx->ref);
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
	/* The init may be killed at any time once the context is known. */
	refcount_inc(&ctx->holds);

	err = vzctx_registry_add(ctx, extack);
	if (err)
		goto err_put_ns;
	parts_born(ctx);

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
 * @pid_ns: any pid namespace; to most of them no context is bound
 *
 * Runs in the exiting init, so it must not wait for the control mutex.
 */
void vzctx_end(struct pid_namespace *pid_ns)
{
	struct vzctx *ctx = end(pid_ns);

	if (!ctx)
		return;
	parts_ended(ctx);
	vzctx_event_life(ctx, VZCTX_EVENT_STOP);
	vzctx_put(ctx);
}

/**
 * vzctx_init() - prepares an empty registry
 * @all_parts: what sources keep for each context; NULL-terminated
 * @last_gone: called in process context after the last context was freed
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_init(const struct vzctx_part *const *all_parts,
	       void (*last_gone)(void))
{
	parts = all_parts;
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
#include "life/life_selftest.h"
#endif
