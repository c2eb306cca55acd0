// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: pseudo-terminals (numpty)
 *
 * A pty is an index of one devpts mount, taken when ptmx is opened and given
 * back when both ends are closed. The context whose task opens ptmx pays for it,
 * whatever mount of devpts it is in.
 */
#include <linux/devpts_fs.h>
#include <linux/err.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/* An index is below 1 << MINORBITS, which is what the kernel allows at most. */
#define INDEX_BITS	20

/*
 * A number for a pty among all mounts. What describes a mount comes from
 * kmalloc(), which gives three zeros at the end, so two numbers can be equal
 * only on a machine with more than 128 TiB of memory.
 */
static __always_inline const void *key(const struct pts_fs_info *fsi,
				       unsigned int index)
{
	return (const void *)(((unsigned long)fsi << (INDEX_BITS - 3)) | index);
}

VZCTX_WRAPPER(VZCTX_FOR(UB_NUMPTY), int, devpts_new_index,
	      struct pts_fs_info *, fsi)
{
	struct vzctx_owner *own;
	struct vzctx *ctx;
	int index;

	vzctx_hook_enter();
	ctx = vzctx_get_of_current();
	if (!ctx) {
		index = vzctx_original(devpts_new_index)(fsi);
		goto out;
	}
	own = vzctx_owner_charge(ctx, UB_NUMPTY, 1, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(own)) {
		index = PTR_ERR(own);
		goto out;
	}
	index = vzctx_original(devpts_new_index)(fsi);
	if (index < 0)
		vzctx_owner_cancel(own);
	else
		vzctx_owner_publish(own, key(fsi, index));
out:
	vzctx_hook_exit();
	return index;
}

/* Before the index is free for somebody else. */
VZCTX_WRAPPER(VZCTX_FOR(UB_NUMPTY), void, devpts_kill_index,
	      struct pts_fs_info *, fsi, int, index)
{
	vzctx_hook_enter();
	vzctx_owner_uncharge(key(fsi, index), UB_NUMPTY);
	vzctx_original(devpts_kill_index)(fsi, index);
	vzctx_hook_exit();
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(each, devpts_kill_index),
	VZCTX_HOOK_GROUPED(host, devpts_new_index),
};

const struct vzctx_hook_table vzctx_hook_tty = {
	rows, ARRAY_SIZE(rows), NULL
};
