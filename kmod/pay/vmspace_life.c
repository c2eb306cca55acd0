// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - an address space begins and ends, or has a segment or huge page locked
 */
#include <linux/sched/mm.h>
#include <linux/sched/task.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "pay/owner_change.h"
#include "pay/owner_table.h"
#include "pay/vmspace.h"
#include "pay/vmspace_life.h"

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
	err = vzctx_vm_new_entry(ctx, child, UB_PRIVVMPAGES,
				 vzctx_vm_figure(current->mm, UB_PRIVVMPAGES),
				 VZCTX_HARD, GFP_KERNEL_ACCOUNT);
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
	vzctx_vm_set_units(own, vzctx_vm_figure(newmm, UB_PRIVVMPAGES));
	vzctx_owner_publish(own, newmm);
}

/**
 * vzctx_vm_exec() - charges the address space a program is loaded into
 * @mm: made by the calling task, which nobody else can see
 * @grow: pages about to be put into it
 *
 * Does nothing if somebody pays for it. Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_vm_exec(struct mm_struct *mm, unsigned long grow)
{
	struct vzctx *ctx;
	int err;

	if (!vzctx_res_active(UB_PRIVVMPAGES) ||
	    vzctx_owner_known(mm, UB_PRIVVMPAGES))
		return 0;
	ctx = vzctx_get_of_current();
	if (!ctx)
		return 0;
	err = vzctx_vm_new_entry(ctx, mm, UB_PRIVVMPAGES,
				 vzctx_vm_figure(mm, UB_PRIVVMPAGES) + grow,
				 VZCTX_SOFT, GFP_KERNEL_ACCOUNT);
	if (!err)
		vzctx_owner_keep(mm, UB_PRIVVMPAGES);
	vzctx_put(ctx);
	return err;
}

/**
 * vzctx_vm_lock_segment() - charges the calling task for a segment it locks
 * @segment: key of the segment, not locked so far
 * @pages: its size
 *
 * To be kept by vzctx_owner_keep() when it is locked, and given back by
 * vzctx_owner_uncharge(). Any process context, atomic too.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_vm_lock_segment(const void *segment, unsigned long pages)
{
	struct vzctx *ctx = vzctx_get_of_current();
	int err;

	if (!ctx)
		return 0;
	err = vzctx_vm_new_entry(ctx, segment, UB_LOCKEDPAGES, pages,
				 VZCTX_HARD, GFP_ATOMIC);
	vzctx_put(ctx);
	return err;
}

/**
 * vzctx_vm_lock_huge() - charges the payer of an address space for a huge page
 * @mm: the address space it is wanted for
 * @key: to be given back or rekeyed by
 * @pages: its size
 *
 * Does nothing for an address space that no context pays for. Sleeps.
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
	err = vzctx_vm_new_entry(ctx, key, UB_LOCKEDPAGES, pages, VZCTX_SOFT,
				 GFP_KERNEL_ACCOUNT);
	vzctx_put(ctx);
	return err;
}

/* The address space has no user and is about to be empty. Any context. */
void vzctx_vm_exit(struct mm_struct *mm)
{
	vzctx_owner_uncharge(mm, UB_LOCKEDPAGES);
	vzctx_owner_uncharge(mm, UB_PRIVVMPAGES);
}

static int adopt_res(struct vzctx *ctx, struct mm_struct *mm, u32 res)
{
	unsigned long pages = vzctx_vm_figure(mm, res);
	struct vzctx_owner *own;

	if (!vzctx_res_active(res) || (res == UB_LOCKEDPAGES && !pages))
		return 0;
	own = vzctx_owner_alloc_lent(res, pages, GFP_KERNEL_ACCOUNT);
	if (!own)
		return -ENOMEM;
	/* The figure may be changing. */
	own->state = GRANTED;
	vzctx_owner_force(own, ctx);
	vzctx_owner_publish(own, mm);
	return 0;
}

/**
 * vzctx_vm_adopt() - charges the address space of the init
 * @ctx: whose; it is known to wrappers already
 * @init: kept by the caller
 *
 * Lent, since it may be shared with the host task that made the init. Sleeps, but
 * waits for nothing the init may hold up: neither for its mmap lock nor, if it is
 * gone meanwhile, for what it had mapped.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_vm_adopt(struct vzctx *ctx, struct task_struct *init)
{
	struct mm_struct *mm = get_task_mm(init);
	int err;

	if (!mm)
		return 0;
	err = adopt_res(ctx, mm, UB_PRIVVMPAGES);
	if (!err)
		err = adopt_res(ctx, mm, UB_LOCKEDPAGES);
	mmput_async(mm);
	return err;
}
