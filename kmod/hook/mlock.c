// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: locked memory (lockedpages)
 *
 * Mappings that are locked as they are made or grown go through mem.c.
 */
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/shmem_fs.h>

#include "base/ctx.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "pay/owner_change.h"
#include "pay/vmspace.h"
#include "pay/vmspace_life.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/* As mlock_fixup() decides what is not counted. */
static bool is_lockable(const struct vm_area_struct *vma)
{
	return !(vma->vm_flags & (VM_SPECIAL | VM_LOCKED)) &&
	       !is_vm_hugetlb_page((struct vm_area_struct *)vma);
}

VZCTX_WRAPPER(VZCTX_FOR(UB_LOCKEDPAGES), int, mlock_fixup,
	      VZCTX_VMI_PARAM struct vm_area_struct *, vma,
	      struct vm_area_struct **, prev, unsigned long, start,
	      unsigned long, end, VZCTX_MLOCK_FLAGS_REF, newflags)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long grow = 0;
	int err;

	if ((vzctx_mlock_flags_at(newflags) & VM_LOCKED) && is_lockable(vma))
		grow = (end - start) >> PAGE_SHIFT;
	err = vzctx_vm_open(mm, UB_LOCKEDPAGES, grow);
	if (err >= 0) {
		bool opened = !err;

		err = vzctx_original(mlock_fixup)(VZCTX_VMI_ARG vma, prev,
						  start, end, newflags);
		if (opened)
			vzctx_vm_close(mm, UB_LOCKEDPAGES);
	}
	vzctx_stay_end();
	return err;
}

/*
 * Asks for every mapping at once, for the kernel passes over those that mlockall()
 * cannot lock, and the call would be half done. What another thread locks before the
 * kernel comes to it is missing then: the mapping that is refused stays unlocked, and
 * counts as a failure.
 */
static int ask_all(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	unsigned long at = 0, grow = 0;
	int err;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	while ((vma = find_vma(mm, at))) {
		if (is_lockable(vma))
			grow += vma_pages(vma);
		at = vma->vm_end;
	}
	err = vzctx_vm_open(mm, UB_LOCKEDPAGES, grow);
	if (!err)
		vzctx_vm_close(mm, UB_LOCKEDPAGES);
	mmap_write_unlock(mm);
	return err;
}

/* What the kernel refuses by itself it refuses first. */
static int may_lock_all(unsigned long flags)
{
	bool valid = !(flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
	struct mm_struct *mm = current->mm;

	if (!valid || !(flags & MCL_CURRENT) || !can_do_mlock() ||
	    (READ_ONCE(mm->total_vm) > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT &&
	     !ns_capable_noaudit(&init_user_ns, CAP_IPC_LOCK)))
		return 0;
	return ask_all(mm);
}

VZCTX_WRAPPER(VZCTX_FOR(UB_LOCKEDPAGES), long, __x64_sys_mlockall,
	      const struct pt_regs *, regs)
{
	long ret;

	ret = may_lock_all((unsigned int)regs->di) ?:
	      vzctx_original(__x64_sys_mlockall)(regs);
	vzctx_stay_end();
	return ret;
}

#ifdef CONFIG_IA32_EMULATION
VZCTX_WRAPPER(VZCTX_FOR(UB_LOCKEDPAGES), long, __ia32_sys_mlockall,
	      const struct pt_regs *, regs)
{
	long ret;

	ret = may_lock_all((unsigned int)regs->bx) ?:
	      vzctx_original(__ia32_sys_mlockall)(regs);
	vzctx_stay_end();
	return ret;
}
#endif

/*
 * The lock of the segment is held, or its last user is going, so no other task does
 * the same. Any task that removes a segment may unlock it, so every call is looked
 * at.
 */
VZCTX_WRAPPER(VZCTX_FOR(UB_LOCKEDPAGES), int, shmem_lock, struct file *, file,
	      int, lock, struct ucounts *, ucounts)
{
	struct inode *inode = file_inode(file);
	bool locked = SHMEM_I(inode)->flags & SHMEM_F_LOCKED;
	int err = 0;

	vzctx_hook_enter();
	if (lock && !locked)
		err = vzctx_vm_lock_segment(inode,
					    DIV_ROUND_UP(inode->i_size,
							 PAGE_SIZE));
	if (!err) {
		err = vzctx_original(shmem_lock)(file, lock, ucounts);
		if (!(SHMEM_I(inode)->flags & SHMEM_F_LOCKED))
			vzctx_owner_uncharge(inode, UB_LOCKEDPAGES);
		else if (!locked)
			vzctx_owner_keep(inode, UB_LOCKEDPAGES);
	}
	vzctx_hook_exit();
	return err;
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(mm, mlock_fixup),
	VZCTX_HOOK_GROUPED(mm, __x64_sys_mlockall),
#ifdef CONFIG_IA32_EMULATION
	VZCTX_HOOK_GROUPED(mm, __ia32_sys_mlockall),
#endif
	VZCTX_HOOK_GROUPED(each, shmem_lock),
};

const struct vzctx_hook_table vzctx_hook_mlock = {
	rows, ARRAY_SIZE(rows), NULL
};
