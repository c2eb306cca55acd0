// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: shared memory (shmpages)
 *
 * All of it is inodes of tmpfs. What the kernel reserves in full when it is
 * made is charged by size; every other inode by the pages it has, in memory or
 * in swap, from the first one a container adds.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "pay/owner_change.h"
#include "pay/owner_table.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

VZCTX_WRAPPER(VZCTX_FOR(UB_SHMPAGES), struct file *, __shmem_file_setup,
	      struct vfsmount *, mnt, const char *, name, loff_t, size,
	      VZCTX_SHM_FLAGS, flags, unsigned int, i_flags)
{
	struct vzctx_owner *own;
	struct vzctx *ctx = NULL;
	struct file *file;

	vzctx_hook_enter();
	if (!(vzctx_shm_flags(flags) & VM_NORESERVE) && size > 0 && size <= MAX_LFS_FILESIZE)
		ctx = vzctx_get_of_current();
	if (!ctx) {
		file = vzctx_original(__shmem_file_setup)(mnt, name, size,
							  flags, i_flags);
		goto out;
	}
	own = vzctx_owner_charge(ctx, UB_SHMPAGES,
				 DIV_ROUND_UP_ULL(size, PAGE_SIZE),
				 GFP_KERNEL_ACCOUNT);
	if (IS_ERR(own)) {
		file = ERR_CAST(own);
		goto out;
	}
	file = vzctx_original(__shmem_file_setup)(mnt, name, size, flags,
						  i_flags);
	if (IS_ERR(file))
		vzctx_owner_cancel(own);
	else
		vzctx_owner_publish(own, file_inode(file));
out:
	vzctx_hook_exit();
	return file;
}

/**
 * struct add - pages about to be added to an inode, or just added
 * @inode: to which
 * @pages: how many
 * @refused: who refused them, referenced
 * @added: whether they were
 */
struct add {
	struct inode *inode;
	unsigned long pages;
	struct vzctx *refused;
	bool added;
};

/* The state of an entry tells how many are adding pages at this moment. */
static void begin(struct vzctx_owner *own, void *arg)
{
	struct add *a = arg;

	if (own->state == U16_MAX ||
	    !vzctx_bc_reserve(&own->ctx->bc[UB_SHMPAGES], a->pages,
			      VZCTX_HARD)) {
		percpu_ref_get(&own->ctx->ref);
		a->refused = own->ctx;
		return;
	}
	own->units += a->pages;
	own->state++;
}

/*
 * Pages count in nrpages as soon as they are added, and in swapped before they
 * leave it for swap and until they are back. The lock of the inode keeps swapped
 * as it is between the two readings, and nothing is added while nobody is adding.
 * So the sum may only be too high, for a moment.
 */
static void settle(struct vzctx_owner *own, void *arg)
{
	struct inode *inode = arg;
	unsigned long pages = READ_ONCE(inode->i_mapping->nrpages) +
			      READ_ONCE(SHMEM_I(inode)->swapped);

	if (own->state || pages >= own->units)
		return;
	vzctx_bc_uncharge(&own->ctx->bc[UB_SHMPAGES], own->units - pages);
	own->units = pages;
}

static void end(struct vzctx_owner *own, void *arg)
{
	struct add *a = arg;

	own->state--;
	if (a->added)
		vzctx_bc_mark(&own->ctx->bc[UB_SHMPAGES]);
	settle(own, a->inode);
}

static void end_adding(struct inode *inode, bool added)
{
	struct add a = { .inode = inode, .added = added };
	unsigned long flags;

	spin_lock_irqsave(&SHMEM_I(inode)->lock, flags);
	vzctx_owner_look(inode, UB_SHMPAGES, end, &a);
	spin_unlock_irqrestore(&SHMEM_I(inode)->lock, flags);
}

static bool by_size(const struct inode *inode)
{
	return !(SHMEM_I((struct inode *)inode)->flags & SHMEM_F_NORESERVE);
}

/* Makes an empty entry in the name of the calling task. */
static int make_entry(struct inode *inode, gfp_t gfp)
{
	struct vzctx *ctx = vzctx_get_of_current();
	struct vzctx_owner *own;

	if (!ctx)
		return -ENOENT;
	own = vzctx_owner_alloc(UB_SHMPAGES, 0, (gfp & GFP_KERNEL) |
						__GFP_ACCOUNT | __GFP_NOWARN);
	if (own) {
		vzctx_owner_force(own, ctx);
		if (!vzctx_owner_publish_new(own, inode))
			vzctx_owner_cancel(own);
	}
	vzctx_put(ctx);
	return own ? 0 : -ENOMEM;
}

/*
 * Not ENOMEM, which a page fault would try again for ever, nor ENOSPC, upon
 * which the kernel comes here a second time.
 */
static int charge_pages(struct inode *inode, unsigned long pages, bool quiet,
			gfp_t gfp)
{
	struct add a = { .inode = inode, .pages = pages };
	int err;

	if (!vzctx_owner_look(inode, UB_SHMPAGES, begin, &a)) {
		err = make_entry(inode, gfp);
		if (err)
			return err;
		if (!vzctx_owner_look(inode, UB_SHMPAGES, begin, &a))
			return -ENOENT;
	}
	if (!a.refused)
		return 0;
	if (!quiet) {
		vzctx_bc_fail(&a.refused->bc[UB_SHMPAGES]);
		vzctx_event_limit(a.refused, UB_SHMPAGES, pages);
	}
	vzctx_put(a.refused);
	return -EDQUOT;
}

VZCTX_WRAPPER(VZCTX_FOR(UB_SHMPAGES), int, shmem_add_to_page_cache,
	      struct folio *, folio, struct address_space *, mapping,
	      pgoff_t, index, void *, expected, VZCTX_ADD_PARAMS)
{
	struct inode *inode = mapping->host;
	int err = -ENOENT;
	bool charged;

	vzctx_hook_enter();
	/*
	 * What comes back from swap is charged. Instead of a large page the
	 * kernel tries small ones.
	 */
	if (!expected && !by_size(inode))
		err = charge_pages(inode, folio_nr_pages(folio),
				   folio_test_large(folio), gfp);
	charged = !err;
	if (!err || err == -ENOENT)
		err = vzctx_original(shmem_add_to_page_cache)(folio, mapping,
							      index, expected,
							      VZCTX_ADD_ARGS);
	if (charged)
		end_adding(inode, !err);
	vzctx_hook_exit();
	return err;
}

/*
 * Pages that fill the holes of a large page while it is put together, by the task
 * that wants it or by a thread of the kernel that no task waits for. On 6.1 this
 * runs under the lock of the page cache, interrupts off, for one page at a time.
 */
VZCTX_WRAPPER(VZCTX_FOR(UB_SHMPAGES), bool, shmem_charge, struct inode *, inode,
	      long, pages)
{
	int err = -ENOENT;
	bool ok = false;
	bool charged;

	vzctx_hook_enter();
	if (!by_size(inode))
		err = charge_pages(inode, pages, current->flags & PF_KTHREAD,
				   GFP_NOWAIT);
	charged = !err;
	if (!err || err == -ENOENT)
		ok = vzctx_original(shmem_charge)(inode, pages);
	if (charged)
		end_adding(inode, ok);
	vzctx_hook_exit();
	return ok;
}

static void settle_pages(struct vzctx_owner *own, void *arg)
{
	if (!by_size(arg))
		settle(own, arg);
}

/* Pages were removed. On 6.1 under the lock of the inode, interrupts off. */
static void after_recalc(struct inode *inode)
{
	if (!VZCTX_RECALC_LOCKED)
		spin_lock(&SHMEM_I(inode)->lock);
	vzctx_owner_look(inode, UB_SHMPAGES, settle_pages, inode);
	if (!VZCTX_RECALC_LOCKED)
		spin_unlock(&SHMEM_I(inode)->lock);
}

#ifdef VZCTX_RECALC_VOID
VZCTX_WRAPPER(VZCTX_FOR(UB_SHMPAGES), void, shmem_recalc_inode,
	      VZCTX_RECALC_PARAMS)
{
	vzctx_hook_enter();
	vzctx_original(shmem_recalc_inode)(VZCTX_RECALC_ARGS);
	after_recalc(inode);
	vzctx_hook_exit();
}
#else
VZCTX_WRAPPER(VZCTX_FOR(UB_SHMPAGES), bool, shmem_recalc_inode,
	      VZCTX_RECALC_PARAMS)
{
	bool first;

	vzctx_hook_enter();
	first = vzctx_original(shmem_recalc_inode)(VZCTX_RECALC_ARGS);
	after_recalc(inode);
	vzctx_hook_exit();
	return first;
}
#endif

VZCTX_WRAPPER(VZCTX_FOR(UB_SHMPAGES), void, shmem_evict_inode,
	      struct inode *, inode)
{
	vzctx_hook_enter();
	vzctx_original(shmem_evict_inode)(inode);
	vzctx_owner_uncharge(inode, UB_LOCKEDPAGES);
	vzctx_owner_uncharge(inode, UB_SHMPAGES);
	vzctx_hook_exit();
}

static __always_inline const void *host_of(const struct address_space *mapping)
{
	return mapping->host;
}

VZCTX_HOOK_CALLBACK(shmem_add_to_page_cache,
		    !vzctx_hook_on_host() ||
		    vzctx_owner_maybe(host_of(VZCTX_HOOK_ARG(1))))

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(owner, shmem_evict_inode),
	VZCTX_HOOK_GROUPED(owner, shmem_recalc_inode),
	VZCTX_HOOK_ROW(shmem_add_to_page_cache),
	VZCTX_HOOK_GROUPED(each, shmem_charge),
	VZCTX_HOOK_GROUPED(host, __shmem_file_setup),
};

const struct vzctx_hook_table vzctx_hook_shm = {
	rows, ARRAY_SIZE(rows), NULL
};
