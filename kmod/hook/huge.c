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

#define WITH_BOOL	__builtin_types_compatible_p(				\
	typeof(alloc_hugetlb_folio),						\
	VZCTX_HUGE * (struct vm_area_struct *, unsigned long, bool))

/* The last argument, bool or int, which changed in stable kernels too; passed on. */
typedef typeof(__builtin_choose_expr(WITH_BOOL, (bool)0, 0)) vzctx_reserve_t;

/*
 * Until there is a page, the charge is kept under the address of the task, which
 * takes one page at a time. A refusal looks as if the pool were empty: a fault gets
 * SIGBUS, where ENOMEM would make it try again for ever.
 */
VZCTX_WRAPPER(VZCTX_FOR(UB_LOCKEDPAGES), VZCTX_HUGE *, alloc_hugetlb_folio,
	      struct vm_area_struct *, vma, unsigned long, addr,
	      vzctx_reserve_t, reserve)
{
	VZCTX_HUGE *folio = ERR_PTR(-ENOSPC);

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
VZCTX_WRAPPER(VZCTX_FOR(UB_LOCKEDPAGES), void, free_huge_folio,
	      VZCTX_HUGE_FREED *, folio)
{
	vzctx_hook_enter();
	vzctx_owner_uncharge(folio, UB_LOCKEDPAGES);
	vzctx_original(free_huge_folio)(folio);
	vzctx_hook_exit();
}

/* Migrated; both are kept by the caller. */
VZCTX_WRAPPER(VZCTX_FOR(UB_LOCKEDPAGES), void, move_hugetlb_state,
	      VZCTX_HUGE_MOVED *, from, VZCTX_HUGE_MOVED *, to,
	      VZCTX_MIGRATE_REASON, reason)
{
	vzctx_hook_enter();
	vzctx_original(move_hugetlb_state)(from, to, reason);
	vzctx_owner_rekey(from, UB_LOCKEDPAGES, to);
	vzctx_hook_exit();
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(owner, free_huge_folio),
	VZCTX_HOOK_GROUPED(owner, move_hugetlb_state),
	VZCTX_HOOK_GROUPED(each, alloc_hugetlb_folio),
};

const struct vzctx_hook_table vzctx_hook_huge = {
	rows, ARRAY_SIZE(rows), NULL
};

#else

const struct vzctx_hook_table vzctx_hook_huge = { };

#endif
