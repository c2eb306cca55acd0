// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: address spaces (privvmpages, lockedpages)
 *
 * mmap_region() and mprotect_fixup() are wrapped from entry to return, since they
 * replace mappings that were there, and ask may_expand_vm() in ways that differ
 * between kernels. What remains for may_expand_vm() is brk, mremap and stacks.
 */
#include <linux/binfmts.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/security.h>
#include <linux/uprobes.h>

#include "base/ctx.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "pay/owner_table.h"
#include "pay/vmspace.h"
#include "pay/vmspace_life.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/* As mm/internal.h sorts mappings into data_vm and stack_vm. */
static bool is_private(vm_flags_t flags)
{
	return (flags & (VM_WRITE | VM_SHARED | VM_STACK)) == VM_WRITE ||
	       (flags & VM_STACK) == VM_STACK;
}

/*
 * A stack grows under the lock of its anonymous pages, which reclaim takes, so
 * then nothing here may wait for memory. The kernel's own limits come first: this
 * hook does not hear of a growth that they refuse afterwards.
 */
VZCTX_WRAPPER(VZCTX_FOR(UB_PRIVVMPAGES), bool, may_expand_vm,
	      struct mm_struct *, mm, const VZCTX_GROW_FLAGS_REF, vma_flags,
	      unsigned long, npages)
{
	vm_flags_t flags = vzctx_grow_flags_at(vma_flags);
	bool stack = (flags & VM_STACK) == VM_STACK;
	bool ok;

	vzctx_hook_enter();
	ok = vzctx_original(may_expand_vm)(mm, vma_flags, npages);
	if (ok && is_private(flags))
		ok = vzctx_vm_grant(mm, UB_PRIVVMPAGES, npages,
				    stack ? VZCTX_SOFT : VZCTX_HARD,
				    !stack) >= 0;
	if (ok && (flags & VM_LOCKED))
		ok = vzctx_vm_grant(mm, UB_LOCKEDPAGES, npages, VZCTX_HARD,
				    !stack) >= 0;
	vzctx_hook_exit();
	return ok;
}

/*
 * The stack of a program being loaded, its first page, is put into an address
 * space that only the calling task knows; arguments make it grow.
 */
VZCTX_WRAPPER(VZCTX_FOR(UB_PRIVVMPAGES), int, insert_vm_struct,
	      struct mm_struct *, mm, struct vm_area_struct *, vma)
{
	bool loading = mm != current->mm &&
		       rcu_access_pointer(mm->owner) == current;
	int err = 0;

	vzctx_hook_enter();
	if (loading)
		err = vzctx_vm_exec(mm, vma_pages(vma));
	if (!err) {
		err = vzctx_original(insert_vm_struct)(mm, vma);
		if (err && loading)
			vzctx_vm_exit(mm);
	}
	vzctx_hook_exit();
	return err;
}

/* Pages in a range that count already: private ones, or those with a flag. */
static unsigned long counted(struct mm_struct *mm, unsigned long start,
			     unsigned long end, vm_flags_t flag)
{
	struct vm_area_struct *vma;
	unsigned long at = start, pages = 0;

	while (at < end && (vma = find_vma_intersection(mm, at, end))) {
		if (flag ? vma->vm_flags & flag : is_private(vma->vm_flags))
			pages += (min(vma->vm_end, end) -
				  max(vma->vm_start, start)) >> PAGE_SHIFT;
		at = vma->vm_end;
	}
	return pages;
}

VZCTX_WRAPPER(VZCTX_FOR(UB_PRIVVMPAGES), unsigned long, mmap_region,
	      struct file *, file, unsigned long, addr, unsigned long, len,
	      VZCTX_MMAP_FLAGS, vma_flags, unsigned long, pgoff,
	      struct list_head *, uf)
{
	vm_flags_t flags = vzctx_mmap_flags(vma_flags);
	struct mm_struct *mm = current->mm;
	unsigned long pages = len >> PAGE_SHIFT, private = 0, locked = 0;
	unsigned long ret = 0;
	int err;

	if (!is_private(flags) && !(flags & VM_LOCKED)) {
		ret = vzctx_original(mmap_region)(file, addr, len, vma_flags,
						  pgoff, uf);
		goto out;
	}
	if (is_private(flags))
		private = pages - counted(mm, addr, addr + len, 0);
	if (flags & VM_LOCKED)
		locked = pages - counted(mm, addr, addr + len, VM_LOCKED);
	err = vzctx_vm_open(mm, UB_PRIVVMPAGES, private);
	if (!err) {
		err = vzctx_vm_open(mm, UB_LOCKEDPAGES, locked);
		if (!err) {
			ret = vzctx_original(mmap_region)(file, addr, len,
							  vma_flags, pgoff, uf);
			vzctx_vm_close(mm, UB_LOCKEDPAGES);
		}
		vzctx_vm_close(mm, UB_PRIVVMPAGES);
	}
	if (err)
		ret = err;
out:
	vzctx_stay_end();
	return ret;
}

VZCTX_WRAPPER(VZCTX_FOR(UB_PRIVVMPAGES), int, mprotect_fixup,
	      VZCTX_VMI_PARAM struct mmu_gather *, tlb,
	      struct vm_area_struct *, vma, struct vm_area_struct **, pprev,
	      unsigned long, start, unsigned long, end, unsigned long, newflags)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long grow = 0;
	int err;

	if (is_private(newflags) && !is_private(vma->vm_flags))
		grow = (end - start) >> PAGE_SHIFT;
	err = vzctx_vm_open(mm, UB_PRIVVMPAGES, grow);
	if (!err) {
		err = vzctx_original(mprotect_fixup)(VZCTX_VMI_ARG tlb, vma,
						     pprev, start, end,
						     newflags);
		vzctx_vm_close(mm, UB_PRIVVMPAGES);
	}
	vzctx_stay_end();
	return err;
}

/* Charges a program whose loading began before the functions were hooked. */
VZCTX_WRAPPER(VZCTX_FOR(UB_PRIVVMPAGES), int, security_bprm_creds_for_exec,
	      struct linux_binprm *, bprm)
{
	int err;

	err = vzctx_vm_exec(bprm->mm, 0) ?:
	      vzctx_original(security_bprm_creds_for_exec)(bprm);
	vzctx_stay_end();
	return err;
}

/* Called in dup_mmap(): both address spaces exist, and the old one is locked. */
VZCTX_WRAPPER(VZCTX_FOR(UB_PRIVVMPAGES), void, uprobe_dup_mmap,
	      struct mm_struct *, oldmm, struct mm_struct *, newmm)
{
	vzctx_hook_enter();
	vzctx_vm_dup(oldmm, newmm);
	vzctx_original(uprobe_dup_mmap)(oldmm, newmm);
	vzctx_hook_exit();
}

static __always_inline bool child_in_initial_ns(void)
{
	struct nsproxy *nsproxy = current->nsproxy;

	return !nsproxy || nsproxy->pid_ns_for_children == &init_pid_ns;
}

VZCTX_HOOK_TEST(may_expand)
{
	return vzctx_owner_maybe(VZCTX_HOOK_ARG0) || !vzctx_hook_on_host();
}

VZCTX_HOOK_TEST(child_elsewhere)
{
	return !child_in_initial_ns();
}

/*
 * No task can use the address space any more. exit_mmap() gives its pages back
 * and then closes its files, which may wait for a file system of a user's own.
 */
VZCTX_PROTO(VZCTX_FOR(UB_PRIVVMPAGES), void, exit_mmap, struct mm_struct *, mm);
VZCTX_HOOK_TEST(before_exit)
{
	if (vzctx_owner_maybe(VZCTX_HOOK_ARG0))
		vzctx_vm_exit(VZCTX_HOOK_ARG0);
	return false;
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED_BEFORE(each, exit_mmap, before_exit),
	VZCTX_HOOK_GROUPED_IF(each, uprobe_dup_mmap, child_elsewhere),
	VZCTX_HOOK_GROUPED_IF(each, may_expand_vm, may_expand),
	VZCTX_HOOK_GROUPED(mm, mmap_region),
	VZCTX_HOOK_GROUPED(mm, mprotect_fixup),
	VZCTX_HOOK_GROUPED(host, insert_vm_struct),
	VZCTX_HOOK_GROUPED_IF(host, security_bprm_creds_for_exec, vzctx_hook_inside),
};

const struct vzctx_hook_table vzctx_hook_mem = {
	rows, ARRAY_SIZE(rows), vzctx_vm_adopt
};
