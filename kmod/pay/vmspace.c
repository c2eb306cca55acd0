// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the address spaces of a context hold
 *
 * Promised: the figures the kernel keeps never sum up to more than the limit,
 * but for what the other threads of a forking process map during its fork. A
 * refusal stands only after a recount of every address space of the context
 * found nothing to give back.
 *
 * Best effort: maxheld, which may contain what was unmapped since the last look.
 *
 * Not attempted: an address space without a task (kept by a device or a worker)
 * is recounted no more; it counts with what it had.
 */
#include <linux/idr.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>

#include "base/ctx.h"
#include "base/tunables.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "pay/owner_change.h"
#include "pay/vmspace.h"

/* What the kernel says of an address space. */
unsigned long vzctx_vm_figure(const struct mm_struct *mm, u32 res)
{
	if (res == UB_LOCKEDPAGES)
		return READ_ONCE(mm->locked_vm);
	return READ_ONCE(mm->data_vm) + READ_ONCE(mm->stack_vm);
}

/* Makes an entry stand for so many, whatever the limit. */
void vzctx_vm_set_units(struct vzctx_owner *own, unsigned long units)
{
	struct vzctx_bc *bc = &own->ctx->bc[own->res];

	if (units > own->units)
		vzctx_bc_charge(bc, units - own->units, VZCTX_FORCE);
	else if (units < own->units)
		vzctx_bc_uncharge(bc, own->units - units);
	own->units = units;
}

/**
 * struct ask - a growth that is asked for
 * @mm: of which address space
 * @grow: pages
 * @severity: how far it may go
 * @state: of the entry, if granted
 * @refused: who refused it, referenced
 * @nested: part of a larger request that was granted as a whole
 */
struct ask {
	const struct mm_struct *mm;
	unsigned long grow;
	enum vzctx_severity severity;
	enum vm_state state;
	struct vzctx *refused;
	bool nested;
};

/* The end of an opened growth is reported, and whether it took what it asked for. */
static bool take(struct vzctx_bc *bc, unsigned long pages, const struct ask *a)
{
	return a->state == OPEN ? vzctx_bc_reserve(bc, pages, a->severity) :
				  vzctx_bc_try(bc, pages, a->severity);
}

static void ask(struct vzctx_owner *own, void *arg)
{
	struct ask *a = arg;
	unsigned long want;

	a->nested = own->state == OPEN;
	if (a->nested)
		return;
	want = vzctx_vm_figure(a->mm, own->res) + a->grow;
	if (a->grow && want > own->units &&
	    !take(&own->ctx->bc[own->res], want - own->units, a)) {
		own->state = SETTLED;
		percpu_ref_get(&own->ctx->ref);
		a->refused = own->ctx;
		return;
	}
	if (a->grow && want > own->units)
		own->units = want;
	vzctx_vm_set_units(own, want);
	own->state = a->state;
}

struct settle {
	const struct mm_struct *mm;
	unsigned long given;
	bool locked;
	bool busy;
};

static void settle(struct vzctx_owner *own, void *arg)
{
	struct settle *s = arg;
	unsigned long before = own->units, now;

	if (own->state == OPEN || (own->state == GRANTED && !s->locked)) {
		s->busy = own->state == GRANTED;
		return;
	}
	/* Unlocked, the figure can only be falling, or be up for a moment. */
	now = vzctx_vm_figure(s->mm, own->res);
	if (s->locked || now < before)
		vzctx_vm_set_units(own, now);
	own->state = SETTLED;
	if (own->units < before)
		s->given += before - own->units;
}

/* RCU read side. Return: pages given back. */
static unsigned long recount_task(struct task_struct *task, u32 res,
				  const struct mm_struct **last)
{
	struct settle s = {};
	struct mm_struct *mm;

	task_lock(task);
	mm = task->mm;
	if (mm && mm != *last) {
		s.mm = mm;
		vzctx_owner_look(mm, res, settle, &s);
	}
	*last = mm;
	if (s.busy)
		mmgrab(mm);
	task_unlock(task);
	if (!s.busy)
		return s.given;

	if (mmap_read_trylock(mm)) {
		s.locked = true;
		vzctx_owner_look(mm, res, settle, &s);
		mmap_read_unlock(mm);
	}
	mmdrop(mm);
	return s.given;
}

/* May be under one mmap lock. Return: pages given back. */
static unsigned long recount(struct vzctx *ctx, u32 res, bool may_sleep)
{
	const struct mm_struct *last = NULL;
	unsigned long given = 0;
	unsigned int batch;
	struct pid *pid = NULL;
	int nr = 1;

	do {
		rcu_read_lock();
		/* The namespace is kept for a grace period after the end. */
		if (READ_ONCE(ctx->state) != VZCTX_STATE_RUNNING) {
			rcu_read_unlock();
			break;
		}
		for (batch = VZCTX_VM_BATCH; batch; batch--, nr++) {
			struct task_struct *task;

			pid = idr_get_next(&ctx->pid_ns->idr, &nr);
			if (!pid)
				break;
			task = pid_task(pid, PIDTYPE_PID);
			if (task)
				given += recount_task(task, res, &last);
		}
		rcu_read_unlock();
		if (may_sleep)
			cond_resched();
	} while (pid);
	return given;
}

/* Takes over the reference. */
static int refuse(struct vzctx *ctx, u32 res, unsigned long wanted)
{
	vzctx_bc_fail(&ctx->bc[res]);
	vzctx_event_limit(ctx, res, wanted);
	vzctx_put(ctx);
	return -vzctx_res[res].err;
}

static int grow_entry(struct mm_struct *mm, u32 res, unsigned long grow,
		      enum vzctx_severity severity, enum vm_state state)
{
	unsigned int again = VZCTX_VM_RECOUNTS;

	for (;;) {
		struct ask a = {
			.mm = mm, .grow = grow, .severity = severity,
			.state = state,
		};

		if (!vzctx_owner_look(mm, res, ask, &a))
			return -ENOENT;
		if (!a.refused)
			return a.nested;
		if (!again-- || !vzctx_vm_recount(a.refused, res))
			return refuse(a.refused, res, grow);
		vzctx_put(a.refused);
	}
}

/*
 * Charges for what has no entry yet, ahead, as vzctx_owner_publish_ahead(). Never
 * takes over @ctx.
 */
int vzctx_vm_new_entry(struct vzctx *ctx, const void *key, u32 res,
		       unsigned long units, enum vzctx_severity severity,
		       gfp_t gfp)
{
	unsigned int again = VZCTX_VM_RECOUNTS;
	struct vzctx_owner *own;

	own = vzctx_owner_alloc(res, units, gfp);
	if (!own)
		return -ENOMEM;
	while (!vzctx_bc_reserve(&ctx->bc[res], units, severity)) {
		if (again-- && recount(ctx, res, gfpflags_allow_blocking(gfp)))
			continue;
		vzctx_owner_free(own);
		percpu_ref_get(&ctx->ref);
		return refuse(ctx, res, units);
	}
	percpu_ref_get(&ctx->ref);
	own->ctx = ctx;
	vzctx_owner_publish_ahead(own, key);
	return 0;
}

/*
 * The context that pays for the private pages of an address space pays for the
 * locked ones too, from the first on. The mmap lock keeps other tasks from making
 * the entry at the same time.
 */
static int new_locked(struct mm_struct *mm, gfp_t gfp)
{
	struct vzctx *ctx = vzctx_owner_payer(mm, UB_PRIVVMPAGES);
	struct vzctx_owner *own;

	if (!ctx)
		return -ENOENT;
	own = vzctx_owner_alloc(UB_LOCKEDPAGES, 0, gfp);
	if (own) {
		vzctx_owner_force(own, ctx);
		vzctx_owner_publish(own, mm);
	}
	vzctx_put(ctx);
	return own ? 0 : -ENOMEM;
}

static int grow_any(struct mm_struct *mm, u32 res, unsigned long grow,
		    enum vzctx_severity severity, enum vm_state state, gfp_t gfp)
{
	int err = grow_entry(mm, res, grow, severity, state);

	if (err == -ENOENT && grow && res == UB_LOCKEDPAGES) {
		err = new_locked(mm, gfp);
		if (!err)
			err = grow_entry(mm, res, grow, severity, state);
	}
	return err == -ENOENT ? 0 : err;
}

/**
 * vzctx_vm_open() - asks for a growth whose end the caller reports
 * @mm: the address space, its mmap lock held for writing
 * @res: UB_PRIVVMPAGES or UB_LOCKEDPAGES
 * @grow: pages that come on top; 0 keeps others from recounting meanwhile
 *
 * Every request for the same resource until vzctx_vm_close() is part of this.
 * Does nothing for an address space that no context pays for. Sleeps.
 *
 * Return: 0, then to be closed; 1 inside such a request, not to be closed; or
 * the errno of the resource, then failcnt has grown and an event is on its way.
 */
int vzctx_vm_open(struct mm_struct *mm, u32 res, unsigned long grow)
{
	return grow_any(mm, res, grow, VZCTX_HARD, OPEN, GFP_KERNEL_ACCOUNT);
}

static void close(struct vzctx_owner *own, void *arg)
{
	vzctx_vm_set_units(own, vzctx_vm_figure(arg, own->res));
	vzctx_bc_mark(&own->ctx->bc[own->res]);
	own->state = SETTLED;
}

/* The request that was opened is over, whatever came of it. */
void vzctx_vm_close(struct mm_struct *mm, u32 res)
{
	vzctx_owner_look(mm, res, close, mm);
}

/**
 * vzctx_vm_grant() - asks for a growth whose end is not reported
 * @mm: the address space, its mmap lock held for writing
 * @res: UB_PRIVVMPAGES or UB_LOCKEDPAGES
 * @grow: pages
 * @severity: how far it may go
 * @may_reclaim: whether memory may be waited for; what is locked has the entry
 *	it needs already, unless its first page is asked for here
 *
 * Sleeps.
 *
 * Return: at least 0 if granted, also for an address space no context pays for; or
 * the errno of the resource, then failcnt has grown and an event is on its way.
 */
int vzctx_vm_grant(struct mm_struct *mm, u32 res, unsigned long grow,
		   enum vzctx_severity severity, bool may_reclaim)
{
	return grow_any(mm, res, grow, severity, GRANTED,
			may_reclaim ? GFP_KERNEL_ACCOUNT :
				      GFP_NOWAIT | __GFP_ACCOUNT);
}

/**
 * vzctx_vm_recount() - gives back what was unmapped since the last look
 * @ctx: whose; referenced by the caller
 * @res: UB_PRIVVMPAGES or UB_LOCKEDPAGES
 *
 * A dying context has no tasks. Sleeps; may be under one mmap lock.
 *
 * Return: pages given back.
 */
unsigned long vzctx_vm_recount(struct vzctx *ctx, u32 res)
{
	return recount(ctx, res, true);
}
