// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what follows a refusal, besides the refusal
 *
 * The request is refused at once and where it was made; the action follows from
 * a workqueue, so the container runs on for an instant.
 *
 * Freezing is the kernel's own: user space, which made the cgroup, hands its
 * cgroup.freeze over as an open file, and "1" is written to it. So the module
 * need not guess which cgroup is the container's, and whoever thaws it writes
 * "0" there, as always.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/magic.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/printk.h>

#include "base/ctx.h"
#include "base/on_limit.h"
#include "base/part.h"
#include "base/registry.h"

/* Guards the freezer of every context; held for a moment. */
static DEFINE_MUTEX(freezer_mutex);

/**
 * vzctx_on_limit_open() - takes a descriptor for the freezer of a context
 * @fd: of the calling task
 * @extack: gets the reason of a refusal
 *
 * Return: a referenced file, or -EINVAL if it is no cgroup.freeze that was
 * opened for writing, -EBADF if it is no descriptor.
 */
struct file *vzctx_on_limit_open(int fd, struct netlink_ext_ack *extack)
{
	struct file *file = fget(fd);
	const struct dentry *dentry;

	if (!file) {
		NL_SET_ERR_MSG(extack, "the freezer is no open descriptor");
		return ERR_PTR(-EBADF);
	}
	dentry = file->f_path.dentry;
	if (dentry->d_sb->s_magic != CGROUP2_SUPER_MAGIC ||
	    strcmp(dentry->d_name.name, "cgroup.freeze") ||
	    !(file->f_mode & FMODE_WRITE)) {
		NL_SET_ERR_MSG(extack, "the freezer is not a cgroup.freeze opened for writing");
		fput(file);
		return ERR_PTR(-EINVAL);
	}
	return file;
}

/* Gives a running context its freezer; the reference is taken over. */
void vzctx_on_limit_attach(struct vzctx *ctx, struct file *freezer)
{
	lockdep_assert_held(&vzctx_control);
	mutex_lock(&freezer_mutex);
	/* Not after release(), which comes after the state. */
	if (READ_ONCE(ctx->state) == VZCTX_STATE_RUNNING)
		swap(ctx->freezer, freezer);
	mutex_unlock(&freezer_mutex);
	if (freezer)
		fput(freezer);
}

/* The context has ended. */
static void release(struct vzctx *ctx)
{
	struct file *freezer;

	mutex_lock(&freezer_mutex);
	freezer = ctx->freezer;
	ctx->freezer = NULL;
	mutex_unlock(&freezer_mutex);
	if (freezer)
		fput(freezer);
}

const struct vzctx_part vzctx_on_limit_part = {
	.release = release,
};

static int freeze(struct vzctx *ctx)
{
	struct file *file;
	loff_t pos = 0;
	ssize_t ret;

	mutex_lock(&freezer_mutex);
	file = ctx->freezer ? get_file(ctx->freezer) : NULL;
	mutex_unlock(&freezer_mutex);
	if (!file)
		return -ENOENT;
	ret = kernel_write(file, "1", 1, &pos);
	fput(file);
	return min_t(ssize_t, ret, 0);
}

/**
 * vzctx_on_limit() - does to a context what was asked for in case of a refusal
 * @ctx: referenced by the caller; one that has ended is left alone
 * @action: what
 * @res: the resource that was refused
 *
 * Sleeps.
 */
void vzctx_on_limit(struct vzctx *ctx, enum vzctx_action action, u32 res)
{
	int err = 0;

	if (READ_ONCE(ctx->state) != VZCTX_STATE_RUNNING)
		return;
	if (action == VZCTX_ACTION_KILL)
		vzctx_kill(ctx);
	else if (action == VZCTX_ACTION_FREEZE)
		err = freeze(ctx);
	if (err)
		pr_warn("CT %u: cannot be frozen: %pe\n", ctx->ctid,
			ERR_PTR(err));
	else
		pr_warn("CT %u: %s, as asked for when %s is refused\n",
			ctx->ctid, action == VZCTX_ACTION_KILL ? "killed" :
			"frozen", vzctx_res[res].name);
}
