// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: queued signals and POSIX timers (numsiginfo)
 *
 * Promised: every signal queued with its information, and every POSIX timer,
 * counts from its allocation until the kernel frees it, for the context of the
 * task it is sent to (whose queue it fills), not of the sender.
 *
 * Best effort: a signal whose target changes its user on another CPU during
 * the allocation, while there is no memory for atomic requests, goes uncounted.
 *
 * The function that frees a queued signal is inlined everywhere. But the kernel
 * remembers in it whose RLIMIT_SIGPENDING it counts against, and gives that
 * back through a real call:
 *
 *   sigqueue.ucounts ---> the user's ucounts ---> its namespace's ---> ...
 *
 * Users of a context get a level in front of it, of the same form:
 *
 *   sigqueue.ucounts ---> level of (context, user) ---> the user's ucounts ...
 *
 * The hook of that call recognises the level and hands the kernel what it had
 * put there. Without the hook, once the module is gone, the kernel counts the
 * level down itself, which is why it is made so that it never gets to zero.
 */
#include <linux/cred.h>
#include <linux/kmemleak.h>
#include <linux/pid_namespace.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "base/tunables.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/**
 * struct level - the queued signals of one user in one context
 * @node: in @levels
 * @ctx: who pays; the owner entry of the level holds the reference
 * @units: signals and timers that point here; under @levels_lock
 * @uc: what they point to
 * @ns: leads the kernel on to the user's own ucounts, which live as long as
 *	anything is queued on their account
 */
struct level {
	struct hlist_node node;
	struct vzctx *ctx;
	unsigned long units;
	struct ucounts uc;
	struct user_namespace ns;
};

/* Raw, since it is taken under siglock. A leaf. */
static DEFINE_RAW_SPINLOCK(levels_lock);
static struct hlist_head levels[1 << VZCTX_SIG_HASH_BITS];

static struct hlist_head *chain_of(const struct vzctx *ctx,
				   const struct ucounts *user)
{
	return &levels[hash_long((unsigned long)ctx ^ (unsigned long)user,
				 VZCTX_SIG_HASH_BITS)];
}

/* Takes a unit of a level that is there. */
static struct level *level_find(struct vzctx *ctx, struct ucounts *user)
{
	struct level *level;

	lockdep_assert_held(&levels_lock);
	hlist_for_each_entry(level, chain_of(ctx, user), node) {
		if (level->ctx == ctx && level->ns.ucounts == user) {
			level->units++;
			return level;
		}
	}
	return NULL;
}

/*
 * Makes a level that cannot be found yet. By its entry in the owner table, which
 * has no units, its signals are recognised and the context is kept.
 */
static struct level *level_alloc(struct vzctx *ctx, struct ucounts *user,
				 gfp_t gfp)
{
	struct vzctx_owner *own;
	struct level *level;

	level = kzalloc(sizeof(*level), gfp);
	if (!level)
		return NULL;
	own = vzctx_owner_alloc(UB_NUMSIGINFO, 0, gfp);
	if (!own) {
		kfree(level);
		return NULL;
	}
	level->ctx = ctx;
	level->units = 1;
	level->ns.ucounts = user;
	level->uc.ns = &level->ns;
	vzctx_ucounts_hold(&level->uc, INT_MAX / 2);
	atomic_long_set(&level->uc.rlimit[UCOUNT_RLIMIT_SIGPENDING],
			LONG_MAX / 2);
	vzctx_owner_force(own, ctx);
	vzctx_owner_publish(own, &level->uc);
	return level;
}

/* Frees a level that cannot be found any more. */
static void level_free(struct level *level)
{
	vzctx_owner_uncharge(&level->uc, UB_NUMSIGINFO);
	kfree(level);
}

/* A unit of the level of a user; NULL without memory. Any context. */
static struct level *level_get(struct vzctx *ctx, struct ucounts *user,
			       gfp_t gfp)
{
	struct level *level, *fresh;
	unsigned long flags;

	raw_spin_lock_irqsave(&levels_lock, flags);
	level = level_find(ctx, user);
	raw_spin_unlock_irqrestore(&levels_lock, flags);
	if (level)
		return level;

	fresh = level_alloc(ctx, user, gfp);
	if (!fresh)
		return NULL;
	raw_spin_lock_irqsave(&levels_lock, flags);
	level = level_find(ctx, user);
	if (!level)
		hlist_add_head(&fresh->node, chain_of(ctx, user));
	raw_spin_unlock_irqrestore(&levels_lock, flags);
	if (!level)
		return fresh;
	level_free(fresh);
	return level;
}

/* The last unit takes the level along. */
static void level_put(struct level *level)
{
	unsigned long flags;
	bool last;

	raw_spin_lock_irqsave(&levels_lock, flags);
	last = !--level->units;
	if (last)
		hlist_del(&level->node);
	raw_spin_unlock_irqrestore(&levels_lock, flags);
	if (last)
		level_free(level);
}

/* Charges for a signal to a task; NULL if that is refused. */
static struct level *charge(struct vzctx *ctx, struct ucounts *user, gfp_t gfp)
{
	struct vzctx_bc *bc = &ctx->bc[UB_NUMSIGINFO];
	struct level *level;

	if (!vzctx_bc_reserve(bc, 1, VZCTX_HARD)) {
		vzctx_bc_fail(bc);
		vzctx_event_limit(ctx, UB_NUMSIGINFO, 1);
		return NULL;
	}
	level = level_get(ctx, user, gfp | __GFP_ACCOUNT);
	if (!level)
		vzctx_bc_uncharge(bc, 1);
	return level;
}

static void cancel(struct level *level)
{
	vzctx_bc_uncharge(&level->ctx->bc[UB_NUMSIGINFO], 1);
	level_put(level);
}

/* In place of what the kernel counts the signal for; @user is who that is. */
static struct ucounts *settle(struct level *level, struct ucounts *user,
			      gfp_t gfp)
{
	struct vzctx *ctx = level->ctx;

	if (unlikely(level->ns.ucounts != user)) {
		level_put(level);
		level = level_get(ctx, user, gfp | __GFP_ACCOUNT);
		if (!level) {
			vzctx_bc_uncharge(&ctx->bc[UB_NUMSIGINFO], 1);
			return user;
		}
	}
	vzctx_bc_mark(&ctx->bc[UB_NUMSIGINFO]);
	return &level->uc;
}

/*
 * Under the target's siglock, or for a timer of current. NULL makes sigqueue()
 * and timer_create() fail with EAGAIN, and kill() send without information.
 */
#ifdef VZCTX_SIGQUEUE_ALLOC

VZCTX_WRAPPER(VZCTX_FOR(UB_NUMSIGINFO), struct sigqueue *, __sigqueue_alloc,
	      int, sig, struct task_struct *, task, gfp_t, gfp, int, override,
	      const unsigned int, flags)
{
	struct level *level = NULL;
	struct sigqueue *q = NULL;
	struct vzctx *ctx;

	vzctx_hook_enter();
	ctx = vzctx_get_of_ns(task_active_pid_ns(task));
	if (ctx)
		level = charge(ctx, task_ucounts(task), gfp);
	if (!ctx || level)
		q = vzctx_original(__sigqueue_alloc)(sig, task, gfp, override,
						     flags);
	if (level && q)
		q->ucounts = settle(level, q->ucounts, gfp);
	else if (level)
		cancel(level);
	vzctx_put(ctx);
	vzctx_hook_exit();
	return q;
}

#else

VZCTX_WRAPPER(VZCTX_FOR(UB_NUMSIGINFO), struct ucounts *, sig_get_ucounts,
	      struct task_struct *, task, int, sig, int, override)
{
	struct ucounts *ucounts = NULL;
	struct level *level = NULL;
	struct vzctx *ctx;

	vzctx_hook_enter();
	ctx = vzctx_get_of_ns(task_active_pid_ns(task));
	if (ctx)
		level = charge(ctx, task_ucounts(task), GFP_ATOMIC);
	if (!ctx || level)
		ucounts = vzctx_original(sig_get_ucounts)(task, sig, override);
	if (level && ucounts)
		ucounts = settle(level, ucounts, GFP_ATOMIC);
	else if (level)
		cancel(level);
	vzctx_put(ctx);
	vzctx_hook_exit();
	return ucounts;
}

#endif

/*
 * The signal being freed holds a unit, so a level that is known stays until it
 * is put here.
 */
VZCTX_WRAPPER(VZCTX_FOR(UB_NUMSIGINFO), void, dec_rlimit_put_ucounts,
	      struct ucounts *, ucounts, enum rlimit_type, type)
{
	vzctx_hook_enter();
	if (vzctx_owner_known(ucounts, UB_NUMSIGINFO)) {
		struct level *level = container_of(ucounts, struct level, uc);

		ucounts = level->ns.ucounts;
		vzctx_bc_uncharge(&level->ctx->bc[UB_NUMSIGINFO], 1);
		level_put(level);
	}
	vzctx_original(dec_rlimit_put_ucounts)(ucounts, type);
	vzctx_hook_exit();
}

/* The target is kept by siglock, or current; a dead one has no pid. */
static __always_inline bool in_some_ns(const struct task_struct *task)
{
	struct pid *pid = task->thread_pid;

	return pid && pid->level;
}

#ifdef VZCTX_SIGQUEUE_ALLOC
VZCTX_HOOK_TEST(to_some_ns)
{
	return in_some_ns(VZCTX_HOOK_ARG(1));
}
#else
VZCTX_HOOK_TEST(to_some_ns)
{
	return in_some_ns(VZCTX_HOOK_ARG0);
}
#endif

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(owner, dec_rlimit_put_ucounts),
#ifdef VZCTX_SIGQUEUE_ALLOC
	VZCTX_HOOK_GROUPED_IF(each, __sigqueue_alloc, to_some_ns),
#else
	VZCTX_HOOK_GROUPED_IF(each, sig_get_ucounts, to_some_ns),
#endif
};

const struct vzctx_hook_table vzctx_hook_sig = {
	rows, ARRAY_SIZE(rows), NULL
};

/*
 * Hooks are gone for good. A level is left only where signals still point to
 * it: of a context whose tasks are not all reaped, or under a forced unload.
 * It has to stay for them, and costs its memory.
 */
void __exit vzctx_hook_sig_uninit(void)
{
	struct hlist_node *next;
	struct level *level;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(levels); i++)
		hlist_for_each_entry_safe(level, next, &levels[i], node)
			kmemleak_not_leak(level);
}
