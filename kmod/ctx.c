// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the context: registry, life, death
 */
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/netlink.h>

#include "ctx.h"
#include "limit.h"
#include "limits.h"
#include "owner.h"

DEFINE_MUTEX(vzctx_control);
struct workqueue_struct *vzctx_wq;

static DEFINE_SPINLOCK(registry_lock);
static DEFINE_HASHTABLE(by_ns, VZCTX_NS_HASH_BITS);
static DEFINE_HASHTABLE(by_id, VZCTX_ID_HASH_BITS);
static LIST_HEAD(all);
static u64 last_serial;
static void (*tell_last_gone)(void);

/*
 * Readers: wrappers under RCU, ftrace callbacks with preemption off, which is
 * a read side too. The _notrace walk keeps callbacks free of traced calls.
 */
static struct vzctx *find_ns_rcu(const struct pid_namespace *pid_ns)
{
	u32 bucket = hash_ptr(pid_ns, VZCTX_NS_HASH_BITS);
	struct vzctx *ctx;

	hlist_for_each_entry_rcu_notrace(ctx, &by_ns[bucket], by_ns)
		if (ctx->pid_ns == pid_ns)
			return ctx;
	return NULL;
}

static struct vzctx *find_id(u32 ctid)
{
	struct vzctx *ctx;

	lockdep_assert_held(&registry_lock);
	hash_for_each_possible(by_id, ctx, by_id, ctid)
		if (ctx->ctid == ctid)
			return ctx;
	return NULL;
}

/**
 * vzctx_is_root_rcu() - tells whether a namespace is a context's root
 * @pid_ns: any pid namespace
 *
 * RCU read side, or preemption off. Calls nothing traceable.
 *
 * Return: true if a running context is bound to exactly this namespace.
 */
notrace bool vzctx_is_root_rcu(const struct pid_namespace *pid_ns)
{
	return find_ns_rcu(pid_ns);
}

/**
 * vzctx_get_of_ns() - finds the context a pid namespace belongs to
 * @pid_ns: kept alive by the caller; may be NULL
 *
 * Nested namespaces belong to the nearest bound ancestor. A namespace keeps
 * its parents, and a bound one is kept until readers are done, so the walk
 * meets no freed memory. Any context.
 *
 * Return: a referenced context, or NULL for none.
 */
struct vzctx *vzctx_get_of_ns(struct pid_namespace *pid_ns)
{
	struct vzctx *ctx = NULL;

	rcu_read_lock();
	for (; pid_ns && pid_ns != &init_pid_ns; pid_ns = pid_ns->parent) {
		ctx = find_ns_rcu(pid_ns);
		if (ctx)
			break;
	}
	if (ctx && !vzctx_tryget(ctx))
		ctx = NULL;
	rcu_read_unlock();
	return ctx;
}

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

/**
 * vzctx_find() - finds a running context by its id
 * @ctid: the id
 *
 * Return: a referenced context, or NULL.
 */
struct vzctx *vzctx_find(u32 ctid)
{
	struct vzctx *ctx;

	spin_lock(&registry_lock);
	ctx = find_id(ctid);
	if (ctx && !vzctx_tryget(ctx))
		ctx = NULL;
	spin_unlock(&registry_lock);
	return ctx;
}

/**
 * vzctx_next() - walks all contexts, dying ones too, in order of binding
 * @serial: of the one seen last; 0 to begin
 *
 * Return: a referenced context, or NULL after the last.
 */
struct vzctx *vzctx_next(u64 serial)
{
	struct vzctx *ctx, *found = NULL;

	spin_lock(&registry_lock);
	list_for_each_entry(ctx, &all, all) {
		if (ctx->serial > serial && vzctx_tryget(ctx)) {
			found = ctx;
			break;
		}
	}
	spin_unlock(&registry_lock);
	return found;
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

/* The init's pid as the caller sees it; 0 if it has ended or is invisible. */
pid_t vzctx_init_pid(struct vzctx *ctx)
{
	pid_t nr = 0;

	spin_lock(&registry_lock);
	if (ctx->state == VZCTX_STATE_RUNNING)
		nr = pid_vnr(ctx->init);
	spin_unlock(&registry_lock);
	return nr;
}

/* Whether no context exists any more, dying ones included. */
bool vzctx_none_left(void)
{
	return list_empty(&all);
}

static void ctx_free(struct vzctx *ctx)
{
	percpu_ref_exit(&ctx->ref);
	free_percpu(ctx->objects);
	kfree(ctx);
}

/*
 * Last reference gone: nothing points to the context but the list. It was
 * unhashed a grace period before its own reference was dropped, and its news
 * work holds a reference while it is queued.
 */
static void bury(struct work_struct *work)
{
	struct vzctx *ctx = container_of(to_rcu_work(work), struct vzctx, work);
	bool last;

	spin_lock(&registry_lock);
	list_del(&ctx->all);
	last = list_empty(&all);
	spin_unlock(&registry_lock);
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
	vzctx_owner_return_lent(ctx);
	percpu_ref_kill(&ctx->ref);
	module_put(THIS_MODULE);
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

	ctx->ctid = ctid;
	ctx->state = VZCTX_STATE_RUNNING;
	ctx->since = ktime_get_real_ns();
	ctx->init = pid;
	ctx->pid_ns = ns_of_pid(pid);
	for (i = 0; i < UB_RESOURCES; i++)
		vzctx_bc_init(&ctx->bc[i]);
	vzctx_news_init(&ctx->news);
	INIT_LIST_HEAD(&ctx->all);
	return ctx;

err_free_objects:
	free_percpu(ctx->objects);
err_free:
	kfree(ctx);
	return NULL;
}

/* Whether @outer is @inner or one of its ancestors. */
static bool contains(const struct pid_namespace *outer,
		     const struct pid_namespace *inner)
{
	for (; inner; inner = inner->parent)
		if (inner == outer)
			return true;
	return false;
}

static int check_free(u32 ctid, const struct pid_namespace *pid_ns,
		      struct netlink_ext_ack *extack)
{
	struct vzctx *ctx;

	lockdep_assert_held(&registry_lock);
	if (find_id(ctid)) {
		NL_SET_ERR_MSG(extack, "a container with this ctid is running");
		return -EEXIST;
	}
	list_for_each_entry(ctx, &all, all) {
		if (ctx->state != VZCTX_STATE_RUNNING)
			continue;
		if (contains(ctx->pid_ns, pid_ns)) {
			NL_SET_ERR_MSG(extack, "the pid namespace is bound already, or lies inside a bound one");
			return -EBUSY;
		}
		if (contains(pid_ns, ctx->pid_ns)) {
			NL_SET_ERR_MSG(extack, "the pid namespace contains a bound one");
			return -EBUSY;
		}
	}
	return 0;
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
	spin_lock(&registry_lock);
	err = check_free(ctid, pid_ns, extack);
	spin_unlock(&registry_lock);
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

static void unhash(struct vzctx *ctx)
{
	lockdep_assert_held(&registry_lock);
	hash_del_rcu(&ctx->by_ns);
	hash_del(&ctx->by_id);
	ctx->state = VZCTX_STATE_DYING;
}

/**
 * vzctx_create() - binds a context to a pid namespace and charges its init
 * @ctid: free id
 * @pid: init of the namespace; the reference becomes the context's on success
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

	err = -ENODEV;
	if (!try_module_get(THIS_MODULE))
		goto err_free_ctx;
	get_pid_ns(ctx->pid_ns);

	spin_lock(&registry_lock);
	err = check_free(ctid, ctx->pid_ns, extack);
	if (!err) {
		ctx->serial = ++last_serial;
		hash_add_rcu(by_ns, &ctx->by_ns, (unsigned long)ctx->pid_ns);
		hash_add(by_id, &ctx->by_id, ctid);
		list_add_tail(&ctx->all, &all);
	}
	spin_unlock(&registry_lock);
	if (err)
		goto err_put_ns;

	/* Pairs with the barriers between exit_signals() and the callback. */
	smp_mb();
	if (READ_ONCE(task->flags) & PF_EXITING) {
		NL_SET_ERR_MSG(extack, "the task is exiting");
		err = -ESRCH;
		goto err_end;
	}
	err = adopt(ctx, task);
	if (err)
		goto err_end;
	vzctx_event_life(ctx, VZCTX_EVENT_START);
	put_task_struct(task);
	return 0;

err_end:
	/* The caller keeps its own reference to @pid then. */
	get_pid(pid);
	spin_lock(&registry_lock);
	if (ctx->state == VZCTX_STATE_RUNNING) {
		unhash(ctx);
		INIT_RCU_WORK(&ctx->work, let_go);
		queue_rcu_work(vzctx_wq, &ctx->work);
	}
	spin_unlock(&registry_lock);
	goto out_put_task;
err_put_ns:
	put_pid_ns(ctx->pid_ns);
	module_put(THIS_MODULE);
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
	struct vzctx *ctx;

	spin_lock(&registry_lock);
	ctx = find_ns_rcu(pid_ns);
	if (ctx) {
		/* Keeps ctx for the event; its own reference is still there. */
		percpu_ref_get(&ctx->ref);
		unhash(ctx);
		INIT_RCU_WORK(&ctx->work, let_go);
		queue_rcu_work(vzctx_wq, &ctx->work);
	}
	spin_unlock(&registry_lock);
	if (!ctx)
		return;
	vzctx_event_life(ctx, VZCTX_EVENT_STOP);
	vzctx_put(ctx);
}

/* Kills the init; the rest follows from that. Caller holds a reference. */
void vzctx_kill(struct vzctx *ctx)
{
	struct pid *init = NULL;

	spin_lock(&registry_lock);
	if (ctx->state == VZCTX_STATE_RUNNING)
		init = get_pid(ctx->init);
	spin_unlock(&registry_lock);
	if (init)
		kill_pid(init, SIGKILL, 1);
	put_pid(init);
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
