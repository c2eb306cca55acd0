// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: huge pages (lockedpages)
 *
 * They are never swapped out. Each huge page taken from the pool is charged to the
 * payer of the address space it is taken for, until it is back in the pool. What a
 * mapping reserves in the pool and does not touch is not charged.
 */
#include <linux/hugetlb.h>
#include <linux/mm.h>

#include "base/ctx.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "pay/owner_change.h"
#include "pay/vmspace.h"
#include "pay/vmspace_life.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

#ifdef CONFIG_HUGETLB_PAGE

/*
 * A page is a folio by its address. The last argument of the first is a bool on
 * newer kernels; it is passed on unread.
 */
VZCTX_HOOK_PRIVATE(alloc_hugetlb_folio, void *,
		   (struct vm_area_struct *vma, unsigned long addr, int reserve));
VZCTX_HOOK_PRIVATE_VOID(free_huge_folio, (void *folio));
VZCTX_HOOK_PRIVATE_VOID(move_hugetlb_state, (void *from, void *to, int reason));

/*
 * Until there is a page, the charge is kept under the address of the task, which
 * takes one page at a time. A refusal looks as if the pool were empty: a fault gets
 * SIGBUS, where ENOMEM would make it try again for ever.
 */
static void *wrap_alloc_hugetlb_folio(struct vm_area_struct *vma,
				      unsigned long addr, int reserve)
{
	void *folio = ERR_PTR(-ENOSPC);

	vzctx_hook_enter();
	if (!vzctx_vm_lock_huge(vma->vm_mm, current,
				pages_per_huge_page(hstate_vma(vma)))) {
		folio = vzctx_original(alloc_hugetlb_folio)(vma, addr, reserve);
		if (IS_ERR(folio))
			vzctx_owner_uncharge(current, UB_LOCKEDPAGES);
		else
			vzctx_owner_rekey(current, UB_LOCKEDPAGES, folio);
	}
	vzctx_hook_exit();
	return folio;
}

/* Any context. Afterwards the page may be somebody else's at once. */
static void wrap_free_huge_folio(void *folio)
{
	vzctx_hook_enter();
	vzctx_owner_uncharge(folio, UB_LOCKEDPAGES);
	vzctx_original(free_huge_folio)(folio);
	vzctx_hook_exit();
}

/* Migrated; both are kept by the caller. */
static void wrap_move_hugetlb_state(void *from, void *to, int reason)
{
	vzctx_hook_enter();
	vzctx_original(move_hugetlb_state)(from, to, reason);
	vzctx_owner_rekey(from, UB_LOCKEDPAGES, to);
	vzctx_hook_exit();
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(owner, free_huge_folio, UB_LOCKEDPAGES),
	VZCTX_HOOK_GROUPED(owner, move_hugetlb_state, UB_LOCKEDPAGES),
	VZCTX_HOOK_GROUPED(rare, alloc_hugetlb_folio, UB_LOCKEDPAGES),
};

const struct vzctx_hook_table vzctx_hook_huge = {
	rows, ARRAY_SIZE(rows), NULL
};

#else

const struct vzctx_hook_table vzctx_hook_huge = { };

#endif
