// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: leases of fcntl() (numflock)
 *
 * A lease is made by generic_setlease() and, for those of fcntl(), ended by
 * lease_modify() under the same lock. An open file has one at most; changing it
 * needs no other.
 */
#include <linux/err.h>
#include <linux/fs.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

VZCTX_ORIGINAL(generic_setlease);

/* Whether the list has @lease, or one of the same open file if @same. */
static bool listed(struct file_lock_context *flctx, struct file *file,
		   const struct file_lease *lease, bool same)
{
	struct file_lease *fl;

	lockdep_assert_held(&flctx->flc_lock);
	list_for_each_entry(fl, &flctx->flc_lease, VZCTX_FLC_LIST)
		if (fl == lease || (same && vzctx_flc(fl, file) == file))
			return true;
	return false;
}

static bool has_lease(struct file *file)
{
	struct file_lock_context *flctx = locks_inode_context(file_inode(file));
	bool has;

	if (!flctx)
		return false;
	spin_lock(&flctx->flc_lock);
	has = listed(flctx, file, NULL, true);
	spin_unlock(&flctx->flc_lock);
	return has;
}

/* Under flc_lock a lease in the list is not freed. */
static bool publish(struct vzctx_owner *own, struct file *file,
		    const struct file_lease *lease)
{
	struct file_lock_context *flctx = locks_inode_context(file_inode(file));
	bool there;

	spin_lock(&flctx->flc_lock);
	there = listed(flctx, file, lease, false);
	if (there)
		vzctx_owner_publish(own, lease);
	spin_unlock(&flctx->flc_lock);
	return there;
}

static struct vzctx_owner *charge(struct vzctx *ctx)
{
	percpu_ref_get(&ctx->ref);
	return vzctx_owner_charge(ctx, UB_NUMFLOCK, 1, GFP_KERNEL_ACCOUNT);
}

/*
 * The lease that the file had may be broken during the call. The kernel then makes
 * another, which is taken away again if the limit leaves no room for it.
 */
static int set_lease(struct vzctx *ctx, struct file *file,
		     VZCTX_LEASE_ARG arg, struct file_lease **flp, void **priv)
{
	struct file_lease *lease = *flp;
	struct vzctx_owner *own = NULL;
	void *owner = file;
	int err;

	if (!has_lease(file)) {
		own = charge(ctx);
		if (IS_ERR(own))
			return PTR_ERR(own);
	}
	err = vzctx_original(generic_setlease)(file, arg, flp, priv);
	if (err || *flp) {
		if (own)
			vzctx_owner_cancel(own);
		return err;
	}
	if (!own)
		own = charge(ctx);
	if (IS_ERR(own)) {
		vzctx_original(generic_setlease)(file, F_UNLCK, NULL, &owner);
		return PTR_ERR(own);
	}
	if (!publish(own, file, lease))
		vzctx_owner_cancel(own);
	return 0;
}

VZCTX_WRAPPER(VZCTX_FOR(UB_NUMFLOCK), int, generic_setlease,
	      struct file *, file, VZCTX_LEASE_ARG, arg,
	      struct file_lease **, flp, void **, priv)
{
	struct vzctx *ctx = NULL;
	int err;

	vzctx_hook_enter();
	if (arg != F_UNLCK)
		ctx = vzctx_get_of_current();
	if (ctx)
		err = set_lease(ctx, file, arg, flp, priv);
	else
		err = vzctx_original(generic_setlease)(file, arg, flp, priv);
	vzctx_put(ctx);
	vzctx_hook_exit();
	return err;
}

/* Unlocked, closed, or broken. The kernel may free it before it returns. */
VZCTX_WRAPPER(VZCTX_FOR(UB_NUMFLOCK), int, lease_modify,
	      struct file_lease *, fl, int, arg, struct list_head *, dispose)
{
	int err;

	vzctx_hook_enter();
	if (arg == F_UNLCK)
		vzctx_owner_uncharge(fl, UB_NUMFLOCK);
	err = vzctx_original(lease_modify)(fl, arg, dispose);
	vzctx_hook_exit();
	return err;
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(owner, lease_modify),
	VZCTX_HOOK_GROUPED(host, generic_setlease),
};

const struct vzctx_hook_table vzctx_hook_lease = {
	rows, ARRAY_SIZE(rows), NULL
};
