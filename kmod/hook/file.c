// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: open files (numfile)
 *
 * alloc_empty_file() makes every file that counts in the kernel's own file-nr;
 * the files overlayfs opens behind its own are made elsewhere and do not count.
 */
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/sched/task.h>
#include <linux/security.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "hook/tables.h"
#include "pay/memcg.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

VZCTX_WRAPPER(VZCTX_FOR(UB_NUMFILE), struct file *, alloc_empty_file,
	      int, flags, const struct cred *, cred)
{
	struct vzctx_owner *own;
	struct vzctx *ctx;
	struct file *file;
	int err;

	vzctx_hook_enter();
	ctx = vzctx_get_of_current();
	if (!ctx) {
		file = vzctx_original(alloc_empty_file)(flags, cred);
		goto out;
	}
	err = vzctx_kmem_allow(ctx, VZCTX_HARD);
	if (err) {
		vzctx_put(ctx);
		file = ERR_PTR(err);
		goto out;
	}
	own = vzctx_owner_charge(ctx, UB_NUMFILE, 1, GFP_KERNEL_ACCOUNT);
	if (IS_ERR(own)) {
		file = ERR_CAST(own);
		goto out;
	}
	file = vzctx_original(alloc_empty_file)(flags, cred);
	if (IS_ERR(file))
		vzctx_owner_cancel(own);
	else
		vzctx_owner_publish(own, file);
out:
	vzctx_hook_exit();
	return file;
}

VZCTX_WRAPPER(VZCTX_FOR(UB_NUMFILE), void, security_file_free,
	      struct file *, file)
{
	vzctx_hook_enter();
	vzctx_owner_uncharge(file, UB_NUMFILE);
	vzctx_original(security_file_free)(file);
	vzctx_hook_exit();
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(owner, security_file_free),
	VZCTX_HOOK_GROUPED(host, alloc_empty_file),
};

/**
 * struct spare - entries made where sleeping is allowed
 * @ctx: who will pay
 * @list: entries
 * @missing: how many were not there when they were needed
 */
struct spare {
	struct vzctx *ctx;
	struct hlist_head list;
	unsigned int missing;
};

/* Under file_lock, which keeps the file open and forbids to sleep. */
static int adopt_file(const void *data, struct file *file, unsigned int fd)
{
	struct spare *spare = (struct spare *)data;
	struct vzctx_owner *own;

	if (vzctx_owner_known(file, UB_NUMFILE))
		return 0;
	if (hlist_empty(&spare->list)) {
		spare->missing++;
		return 0;
	}
	own = hlist_entry(spare->list.first, struct vzctx_owner, node);
	hlist_del(&own->node);
	vzctx_owner_force(own, spare->ctx);
	vzctx_owner_publish(own, file);
	return 0;
}

static void adopt_open(struct spare *spare, struct task_struct *task)
{
	spare->missing = 0;
	task_lock(task);
	if (task->files)
		iterate_fd(task->files, 0, adopt_file, spare);
	task_unlock(task);
}

/*
 * Charges the files the init has open, each once. They are lent: the host that
 * opened them may have them open still.
 */
static int adopt(struct vzctx *ctx, struct task_struct *init)
{
	struct spare spare = { .ctx = ctx };
	struct vzctx_owner *own;
	struct hlist_node *next;
	int err = 0;

	if (!vzctx_res_active(UB_NUMFILE))
		return 0;
	for (adopt_open(&spare, init); spare.missing && !err;
	     adopt_open(&spare, init)) {
		unsigned int wanted = spare.missing;

		while (wanted--) {
			own = vzctx_owner_alloc_lent(UB_NUMFILE, 1,
						     GFP_KERNEL_ACCOUNT);
			if (!own) {
				err = -ENOMEM;
				break;
			}
			hlist_add_head(&own->node, &spare.list);
		}
	}
	hlist_for_each_entry_safe(own, next, &spare.list, node)
		vzctx_owner_free(own);
	return err;
}

const struct vzctx_hook_table vzctx_hook_file = {
	rows, ARRAY_SIZE(rows), adopt
};
