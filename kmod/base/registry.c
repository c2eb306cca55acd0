// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - which contexts there are, and who finds them
 */
#include <linux/hashtable.h>
#include <linux/netlink.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "base/tunables.h"

static DEFINE_SPINLOCK(registry_lock);
static DEFINE_HASHTABLE(by_ns, VZCTX_NS_HASH_BITS);
static DEFINE_HASHTABLE(by_id, VZCTX_ID_HASH_BITS);
static struct rb_root all = RB_ROOT;
static u64 last_serial;

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
 * vzctx_is_current_inside() - tells a callback whether its task is in a context
 *
 * Return: true if vzctx_get_of_current() finds a context at this instant.
 */
notrace bool vzctx_is_current_inside(void)
{
	const struct pid_namespace *ns = task_active_pid_ns(current);
	bool inside = false;

	preempt_disable_notrace();
	for (; ns && ns != &init_pid_ns && !inside; ns = ns->parent)
		inside = find_ns_rcu(ns);
	preempt_enable_notrace();
	return inside;
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
	/* Hashed, so not killed before a grace period from now. */
	if (ctx && !percpu_ref_tryget_live_rcu(&ctx->ref))
		ctx = NULL;
	rcu_read_unlock();
	return ctx;
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

/* The first one after a serial. */
static struct vzctx *after(u64 serial)
{
	struct rb_node *node = all.rb_node;
	struct vzctx *found = NULL;

	lockdep_assert_held(&registry_lock);
	while (node) {
		struct vzctx *ctx = rb_entry(node, struct vzctx, all);

		if (ctx->serial > serial) {
			found = ctx;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

static struct vzctx *successor(struct vzctx *ctx)
{
	return rb_entry_safe(rb_next(&ctx->all), struct vzctx, all);
}

/* Serials only grow. */
static void add_last(struct vzctx *ctx)
{
	struct rb_node **link = &all.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = &parent->rb_right;
	}
	rb_link_node(&ctx->all, parent, link);
	rb_insert_color(&ctx->all, &all);
}

/**
 * vzctx_next() - walks all contexts, dying ones too, in order of binding
 * @serial: of the one seen last; 0 to begin
 *
 * Return: a referenced context, or NULL after the last.
 */
struct vzctx *vzctx_next(u64 serial)
{
	struct vzctx *ctx;

	spin_lock(&registry_lock);
	for (ctx = after(serial); ctx; ctx = successor(ctx))
		if (vzctx_tryget(ctx))
			break;
	spin_unlock(&registry_lock);
	return ctx;
}

/* Whether no context exists any more, dying ones included. */
bool vzctx_none_left(void)
{
	return RB_EMPTY_ROOT(&all);
}

/* Whether a namespace is that of a running context, or lies inside one. */
static bool is_inside(const struct pid_namespace *pid_ns)
{
	for (; pid_ns; pid_ns = pid_ns->parent)
		if (find_ns_rcu(pid_ns))
			return true;
	return false;
}

/*
 * Whether that of a running context lies inside a namespace. A task has a pid in
 * each namespace around its own, so one with a single pid has nothing inside.
 */
static bool is_around(const struct pid_namespace *pid_ns)
{
	const struct pid_namespace *ns;
	struct vzctx *ctx;

	if ((READ_ONCE(pid_ns->pid_allocated) & ~PIDNS_ADDING) <= 1)
		return false;
	for (ctx = after(0); ctx; ctx = successor(ctx)) {
		if (ctx->state != VZCTX_STATE_RUNNING)
			continue;
		for (ns = ctx->pid_ns; ns; ns = ns->parent)
			if (ns == pid_ns)
				return true;
	}
	return false;
}

static int check_free(u32 ctid, const struct pid_namespace *pid_ns,
		      struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&registry_lock);
	if (find_id(ctid)) {
		NL_SET_ERR_MSG(extack, "a container with this ctid is running");
		return -EEXIST;
	}
	if (is_inside(pid_ns)) {
		NL_SET_ERR_MSG(extack, "the pid namespace is bound already, or lies inside a bound one");
		return -EBUSY;
	}
	if (is_around(pid_ns)) {
		NL_SET_ERR_MSG(extack, "the pid namespace contains a bound one");
		return -EBUSY;
	}
	return 0;
}

/**
 * vzctx_registry_check() - tells whether a context could be added
 * @ctid: its id
 * @pid_ns: its root namespace
 * @extack: gets the reason of a refusal
 *
 * Return: 0, -EEXIST or -EBUSY.
 */
int vzctx_registry_check(u32 ctid, const struct pid_namespace *pid_ns,
			 struct netlink_ext_ack *extack)
{
	int err;

	spin_lock(&registry_lock);
	err = check_free(ctid, pid_ns, extack);
	spin_unlock(&registry_lock);
	return err;
}

/**
 * vzctx_registry_add() - makes a running context known
 * @ctx: complete; its namespace is referenced
 * @extack: gets the reason of a refusal
 *
 * From here on wrappers find it.
 *
 * Return: as vzctx_registry_check().
 */
int vzctx_registry_add(struct vzctx *ctx, struct netlink_ext_ack *extack)
{
	int err;

	spin_lock(&registry_lock);
	err = check_free(ctx->ctid, ctx->pid_ns, extack);
	if (!err) {
		ctx->serial = ++last_serial;
		hash_add_rcu(by_ns, &ctx->by_ns, (unsigned long)ctx->pid_ns);
		hash_add(by_id, &ctx->by_id, ctx->ctid);
		add_last(ctx);
	}
	spin_unlock(&registry_lock);
	return err;
}

/**
 * vzctx_registry_end() - makes a running context a dying one
 * @pid_ns: its root namespace
 *
 * Wrappers that found it before may use it for a grace period more.
 *
 * Return: the context, referenced, to exactly one caller; else NULL.
 */
struct vzctx *vzctx_registry_end(const struct pid_namespace *pid_ns)
{
	struct vzctx *ctx;

	spin_lock(&registry_lock);
	ctx = find_ns_rcu(pid_ns);
	if (ctx) {
		percpu_ref_get(&ctx->ref);
		hash_del_rcu(&ctx->by_ns);
		hash_del(&ctx->by_id);
		WRITE_ONCE(ctx->state, VZCTX_STATE_DYING);
	}
	spin_unlock(&registry_lock);
	return ctx;
}

/**
 * vzctx_registry_forget() - takes a context out that nobody refers to
 * @ctx: a dying one, or one that was never added
 *
 * Return: true if no context is left.
 */
bool vzctx_registry_forget(struct vzctx *ctx)
{
	bool last;

	spin_lock(&registry_lock);
	if (!RB_EMPTY_NODE(&ctx->all))
		rb_erase(&ctx->all, &all);
	last = RB_EMPTY_ROOT(&all);
	spin_unlock(&registry_lock);
	return last;
}

/* The init of a running context, referenced; NULL for a dying one. */
static struct pid *get_init(struct vzctx *ctx)
{
	struct pid *init = NULL;

	spin_lock(&registry_lock);
	if (ctx->state == VZCTX_STATE_RUNNING)
		init = get_pid(ctx->init);
	spin_unlock(&registry_lock);
	return init;
}

/* Kills the init; the rest follows from that. Caller holds a reference. */
void vzctx_kill(struct vzctx *ctx)
{
	struct pid *init = get_init(ctx);

	if (init)
		kill_pid(init, SIGKILL, 1);
	put_pid(init);
}

/* The init's pid as the caller sees it; 0 if it has ended or is invisible. */
pid_t vzctx_init_pid(struct vzctx *ctx)
{
	struct pid *init = get_init(ctx);
	pid_t nr = pid_vnr(init);

	put_pid(init);
	return nr;
}
