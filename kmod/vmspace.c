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

#include "ctx.h"
#include "limits.h"
#include "owner.h"
#include "vmspace.h"

enum vm_state { SETTLED, OPEN, GRANTED };

static unsigned long figure(const struct mm_struct *mm, u32 res)
{
	if (res == UB_LOCKEDPAGES)
		return READ_ONCE(mm->locked_vm);
	return READ_ONCE(mm->data_vm) + READ_ONCE(mm->stack_vm);
}

static void set_units(struct vzctx_owner *own, unsigned long units)
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

static void ask(struct vzctx_owner *own, void *arg)
{
	struct ask *a = arg;
	unsigned long want;

	a->nested = own->state == OPEN;
	if (a->nested)
		return;
	want = figure(a->mm, own->res) + a->grow;
	if (a->grow && want > own->units &&
	    !vzctx_bc_try(&own->ctx->bc[own->res], want - own->units,
			  a->severity)) {
		own->state = SETTLED;
		percpu_ref_get(&own->ctx->ref);
		a->refused = own->ctx;
		return;
	}
	if (a->grow && want > own->units)
		own->units = want;
	set_units(own, want);
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
	now = figure(s->mm, own->res);
	if (s->locked || now < before)
		set_units(own, now);
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

/* Charges for what has no entry yet. Never takes over @ctx. */
static int new_entry(struct vzctx *ctx, const void *key, u32 res,
		     unsigned long units, enum vzctx_severity severity,
		     gfp_t gfp)
{
	unsigned int again = VZCTX_VM_RECOUNTS;
	struct vzctx_owner *own;

	own = vzctx_owner_alloc(res, units, gfp);
	if (!own)
		return -ENOMEM;
	while (!vzctx_bc_try(&ctx->bc[res], units, severity)) {
		if (again-- && recount(ctx, res, gfpflags_allow_blocking(gfp)))
			continue;
		vzctx_owner_free(own);
		percpu_ref_get(&ctx->ref);
		return refuse(ctx, res, units);
	}
	percpu_ref_get(&ctx->ref);
	own->ctx = ctx;
	vzctx_owner_publish(own, key);
	return 0;
}

/*
 * Whoever pays for the private pages of an address space pays for the locked
 * ones too, from the first on. The mmap lock keeps others from doing the same.
 */
static int new_locked(struct mm_struct *mm)
{
	struct vzctx *ctx = vzctx_owner_payer(mm, UB_PRIVVMPAGES);
	struct vzctx_owner *own;

	if (!ctx)
		return -ENOENT;
	own = vzctx_owner_alloc(UB_LOCKEDPAGES, 0, GFP_KERNEL_ACCOUNT);
	if (own) {
		vzctx_owner_force(own, ctx);
		vzctx_owner_publish(own, mm);
	}
	vzctx_put(ctx);
	return own ? 0 : -ENOMEM;
}

static int grow_any(struct mm_struct *mm, u32 res, unsigned long grow,
		    enum vzctx_severity severity, enum vm_state state)
{
	int err = grow_entry(mm, res, grow, severity, state);

	if (err == -ENOENT && grow && res == UB_LOCKEDPAGES) {
		err = new_locked(mm);
		if (!err)
			err = grow_entry(mm, res, grow, severity, state);
	}
	return err == -ENOENT ? 0 : err;
}

/**
 * vzctx_vm_open() - asks for a growth whose end the caller tells
 * @mm: the address space, its mmap lock held for writing
 * @res: UB_PRIVVMPAGES or UB_LOCKEDPAGES
 * @grow: pages that come on top; 0 keeps others from recounting meanwhile
 *
 * Every request for the same resource until vzctx_vm_close() is part of this.
 * Does nothing for an address space nobody pays for. Sleeps.
 *
 * Return: 0, then to be closed; 1 inside such a request, not to be closed; or
 * the errno of the resource, counted and told.
 */
int vzctx_vm_open(struct mm_struct *mm, u32 res, unsigned long grow)
{
	return grow_any(mm, res, grow, VZCTX_HARD, OPEN);
}

static void close(struct vzctx_owner *own, void *arg)
{
	set_units(own, figure(arg, own->res));
	own->state = SETTLED;
}

/* The request that was opened is over, whatever came of it. */
void vzctx_vm_close(struct mm_struct *mm, u32 res)
{
	vzctx_owner_look(mm, res, close, mm);
}

/**
 * vzctx_vm_grant() - asks for a growth of whose end nobody tells
 * @mm: the address space, its mmap lock held for writing
 * @res: UB_PRIVVMPAGES or UB_LOCKEDPAGES
 * @grow: pages
 * @severity: how far it may go
 *
 * Sleeps.
 *
 * Return: at least 0 if granted, also for an address space nobody pays for; or
 * the errno of the resource, counted and told.
 */
int vzctx_vm_grant(struct mm_struct *mm, u32 res, unsigned long grow,
		   enum vzctx_severity severity)
{
	return grow_any(mm, res, grow, severity, GRANTED);
}

/**
 * vzctx_vm_fork() - reserves for the address space a child will get
 * @child: the child, not visible to anybody
 * @pid_ns: where its pids will be
 * @clone_flags: as in clone(2)
 *
 * The reservation is the child's until vzctx_vm_dup() or
 * vzctx_vm_fork_failed(). Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_vm_fork(struct task_struct *child, struct pid_namespace *pid_ns,
		  unsigned long clone_flags)
{
	struct vzctx *ctx;
	int err;

	if ((clone_flags & CLONE_VM) || !current->mm ||
	    !vzctx_res_active(UB_PRIVVMPAGES))
		return 0;
	ctx = vzctx_get_of_ns(pid_ns);
	if (!ctx)
		return 0;
	err = new_entry(ctx, child, UB_PRIVVMPAGES,
			figure(current->mm, UB_PRIVVMPAGES), VZCTX_HARD,
			GFP_KERNEL_ACCOUNT);
	vzctx_put(ctx);
	return err;
}

/* Gives a reservation back that was not used. Any context. */
void vzctx_vm_fork_failed(struct task_struct *child)
{
	vzctx_owner_uncharge(child, UB_PRIVVMPAGES);
}

/**
 * vzctx_vm_dup() - a reservation becomes the charge of an address space
 * @oldmm: the parent's, its mmap lock held for writing
 * @newmm: the child's, about to be filled
 *
 * The kernel copies the figures a moment later; they are set already now, so
 * that a recount finds the true ones.
 */
void vzctx_vm_dup(struct mm_struct *oldmm, struct mm_struct *newmm)
{
	struct vzctx_owner *own;

	own = vzctx_owner_take(rcu_access_pointer(newmm->owner),
			       UB_PRIVVMPAGES, NULL);
	if (!own)
		return;
	newmm->data_vm = oldmm->data_vm;
	newmm->stack_vm = oldmm->stack_vm;
	set_units(own, figure(newmm, UB_PRIVVMPAGES));
	vzctx_owner_publish(own, newmm);
}

/**
 * vzctx_vm_exec() - charges the address space a program is loaded into
 * @mm: made by the calling task, which nobody else can see
 *
 * Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_vm_exec(struct mm_struct *mm)
{
	struct vzctx *ctx;
	int err;

	if (!vzctx_res_active(UB_PRIVVMPAGES) ||
	    vzctx_owner_known(mm, UB_PRIVVMPAGES))
		return 0;
	ctx = vzctx_get_of_current();
	if (!ctx)
		return 0;
	err = new_entry(ctx, mm, UB_PRIVVMPAGES, figure(mm, UB_PRIVVMPAGES),
			VZCTX_SOFT, GFP_KERNEL_ACCOUNT);
	vzctx_put(ctx);
	return err;
}

/**
 * vzctx_vm_lock_segment() - charges the calling task for a segment it locks
 * @segment: key of the segment, not locked so far
 * @pages: its size
 *
 * To be given back by vzctx_owner_uncharge(). Any process context, atomic too.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_vm_lock_segment(const void *segment, unsigned long pages)
{
	struct vzctx *ctx = vzctx_get_of_current();
	int err;

	if (!ctx)
		return 0;
	err = new_entry(ctx, segment, UB_LOCKEDPAGES, pages, VZCTX_HARD,
			GFP_ATOMIC);
	vzctx_put(ctx);
	return err;
}

/**
 * vzctx_vm_lock_huge() - charges whoever pays for an address space for a huge page
 * @mm: the address space it is wanted for
 * @key: to be given back or rekeyed by
 * @pages: its size
 *
 * Does nothing for an address space nobody pays for. Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_vm_lock_huge(struct mm_struct *mm, const void *key,
		       unsigned long pages)
{
	struct vzctx *ctx = vzctx_owner_payer(mm, UB_PRIVVMPAGES);
	int err;

	if (!ctx)
		return 0;
	err = new_entry(ctx, key, UB_LOCKEDPAGES, pages, VZCTX_SOFT,
			GFP_KERNEL_ACCOUNT);
	vzctx_put(ctx);
	return err;
}

/* The address space is empty and has no user. */
void vzctx_vm_exit(struct mm_struct *mm)
{
	vzctx_owner_uncharge(mm, UB_LOCKEDPAGES);
	vzctx_owner_uncharge(mm, UB_PRIVVMPAGES);
}

static int adopt_res(struct vzctx *ctx, struct mm_struct *mm, u32 res)
{
	struct vzctx_owner *own;

	if (!vzctx_res_active(res) ||
	    (res == UB_LOCKEDPAGES && !figure(mm, res)))
		return 0;
	own = vzctx_owner_alloc(res, figure(mm, res), GFP_KERNEL_ACCOUNT);
	if (!own)
		return -ENOMEM;
	own->lent = true;
	vzctx_owner_force(own, ctx);
	vzctx_owner_publish(own, mm);
	return 0;
}

/**
 * vzctx_vm_adopt() - charges the address space of the init
 * @ctx: whose; it is known to wrappers already
 * @init: kept by the caller
 *
 * Lent, since it may be shared with the host task that made the init. Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_vm_adopt(struct vzctx *ctx, struct task_struct *init)
{
	struct mm_struct *mm = get_task_mm(init);
	int err;

	if (!mm)
		return 0;
	mmap_read_lock(mm);
	err = adopt_res(ctx, mm, UB_PRIVVMPAGES);
	if (!err)
		err = adopt_res(ctx, mm, UB_LOCKEDPAGES);
	mmap_read_unlock(mm);
	mmput(mm);
	return err;
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
