// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - door: the /proc files of OpenVZ
 *
 * Promised: a container reads its own rows only, and finds what OpenVZ does not
 * show in there missing at open(); all rows of a context in one file come from
 * one instant, and a reader that goes on where it stopped, in steps of any size,
 * meets each context once while others come and go. /proc/bc is there whenever
 * /proc/vz is: a host with the latter alone is taken for a container by its own
 * systemd.
 *
 * Not attempted: hiding the names. Procfs shows an entry in every mount of it,
 * so a container sees that there is a /proc/bc; it cannot look into it, unless
 * it has the host's own root and its capabilities.
 *
 * A procfs mounted by a container has its root as nobody where the files of the
 * host's root are concerned. So modes are wide, and open() asks who is asking.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "base/ctx.h"
#include "base/part.h"
#include "base/registry.h"
#include "base/tunables.h"
#include "door/proc.h"

static bool legacy_proc = true;
module_param(legacy_proc, bool, 0444);
MODULE_PARM_DESC(legacy_proc, "make OpenVZ's /proc/bc, /proc/vz and /proc/user_beancounters (default on)");

static struct proc_dir_entry *bc_dir, *vz_dir, *ub_file;

/**
 * struct bc_dir - /proc/bc/ID
 * @node: in the list
 * @ctid: its name
 * @users: contexts with this id, of which at most one runs
 * @dir: the directory; NULL while it is @leaving
 * @leaving: it is being removed, which waits for readers
 */
struct bc_dir {
	struct list_head node;
	u32 ctid;
	unsigned int users;
	struct proc_dir_entry *dir;
	bool leaving;
};

/*
 * Guards the list; procfs must not be asked for the same name twice. Not held
 * while readers are waited for: a reader may sleep for ever.
 */
static DEFINE_MUTEX(dirs_mutex);
static LIST_HEAD(dirs);

/**
 * struct view - what one opener sees
 * @file: of what
 * @serial: of the one context to be seen; 0 for all
 * @ctid: likewise by id, for a file that is about one
 * @one: @ctid is given
 * @host: the rows of the host are to be seen
 */
struct view {
	const struct vzctx_proc_file *file;
	u64 serial;
	u32 ctid;
	bool one;
	bool host;
};

/* Positions: 0 the head, 1 the host, n + 2 what comes after the serial n. */
#define POS_HOST	1
#define POS_CTX		2
#define HOST_TOKEN	((void *)2)

static bool sees(const struct view *view, const struct vzctx *ctx)
{
	if (READ_ONCE(ctx->state) != VZCTX_STATE_RUNNING)
		return false;
	if (view->serial)
		return ctx->serial == view->serial;
	return !view->one || ctx->ctid == view->ctid;
}

/* What is at a position or behind it; the position becomes its own. */
static void *at(const struct view *view, loff_t *pos)
{
	struct vzctx *ctx;
	u64 serial;

	if (!*pos) {
		if (view->file->head)
			return SEQ_START_TOKEN;
		*pos = POS_HOST;
	}
	if (*pos == POS_HOST) {
		if (view->host && view->file->host)
			return HOST_TOKEN;
		*pos = POS_CTX;
	}
	if (!view->file->rows)
		return NULL;
	for (serial = *pos - POS_CTX; (ctx = vzctx_next(serial));
	     serial = ctx->serial, vzctx_put(ctx)) {
		if (sees(view, ctx)) {
			*pos = POS_CTX + ctx->serial - 1;
			return ctx;
		}
	}
	return NULL;
}

static bool is_ctx(const void *v)
{
	return v && v != SEQ_START_TOKEN && v != HOST_TOKEN;
}

static void *seq_start(struct seq_file *m, loff_t *pos)
{
	return at(m->private, pos);
}

static void *seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	if (is_ctx(v))
		vzctx_put(v);
	++*pos;
	return at(m->private, pos);
}

static void seq_stop(struct seq_file *m, void *v)
{
	if (is_ctx(v))
		vzctx_put(v);
}

static int seq_show(struct seq_file *m, void *v)
{
	const struct view *view = m->private;

	if (v == SEQ_START_TOKEN)
		view->file->head(m);
	else if (v == HOST_TOKEN)
		view->file->host(m);
	else
		view->file->rows(m, v);
	return 0;
}

static const struct seq_operations seq_ops = {
	.start = seq_start,
	.next = seq_next,
	.stop = seq_stop,
	.show = seq_show,
};

/* OpenVZ asks for both. */
static bool may_read(struct user_namespace *user_ns)
{
	return ns_capable(user_ns, CAP_DAC_OVERRIDE) &&
	       ns_capable(user_ns, CAP_DAC_READ_SEARCH);
}

static int open_view(struct file *file, const struct vzctx_proc_file *what,
		     const u32 *ctid)
{
	struct vzctx *ctx = vzctx_get_of_current();
	struct view *view, wanted = { .file = what, .host = true };
	bool may;

	if (ctx) {
		wanted.serial = ctx->serial;
		wanted.host = false;
		may = may_read(ctx->pid_ns->user_ns);
		vzctx_put(ctx);
		if (!what->inside)
			return -ENOENT;
	} else {
		may = what->anyone || may_read(&init_user_ns);
	}
	if (!may)
		return -EACCES;
	if (ctid) {
		wanted.one = true;
		wanted.ctid = *ctid;
		wanted.host = !*ctid;
	}
	view = __seq_open_private(file, &seq_ops, sizeof(*view));
	if (!view)
		return -ENOMEM;
	*view = wanted;
	return 0;
}

static int open_file(struct inode *inode, struct file *file)
{
	return open_view(file, pde_data(inode), NULL);
}

static const struct proc_ops file_ops = {
	.proc_open = open_file,
	.proc_read_iter = seq_read_iter,
	.proc_lseek = seq_lseek,
	.proc_release = seq_release_private,
};

static int open_one(struct inode *inode, struct file *file)
{
	const struct bc_dir *d = pde_data(inode);

	return open_view(file, &vzctx_proc_bc_one, &d->ctid);
}

static const struct proc_ops one_ops = {
	.proc_open = open_one,
	.proc_read_iter = seq_read_iter,
	.proc_lseek = seq_lseek,
	.proc_release = seq_release_private,
};

static int open_ioacct(struct inode *inode, struct file *file)
{
	const struct bc_dir *d = pde_data(inode);

	return open_view(file, &vzctx_proc_bc_ioacct, &d->ctid);
}

static const struct proc_ops ioacct_ops = {
	.proc_open = open_ioacct,
	.proc_read_iter = seq_read_iter,
	.proc_lseek = seq_lseek,
	.proc_release = seq_release_private,
};

static struct proc_dir_entry *make(const struct vzctx_proc_file *file,
				   struct proc_dir_entry *dir)
{
	return proc_create_data(file->name, 0444, dir, &file_ops,
				(void *)file);
}

static struct bc_dir *find_dir(u32 ctid)
{
	struct bc_dir *d;

	lockdep_assert_held(&dirs_mutex);
	list_for_each_entry(d, &dirs, node)
		if (d->ctid == ctid)
			return d;
	return NULL;
}

/* Without memory there is no directory, or an empty one; nothing else fails. */
static void fill_dir(struct bc_dir *d)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", d->ctid);
	d->dir = proc_mkdir_mode(name, 0500, bc_dir);
	if (!d->dir)
		return;
	proc_create_data(vzctx_proc_bc_one.name, 0444, d->dir, &one_ops, d);
	proc_create_data(vzctx_proc_bc_ioacct.name, 0444, d->dir, &ioacct_ops, d);
}

static void make_dir(u32 ctid)
{
	struct bc_dir *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return;
	d->ctid = ctid;
	d->users = 1;
	fill_dir(d);
	list_add(&d->node, &dirs);
}

/*
 * Another context with this id may have ended, but not be gone. Best effort:
 * without memory there is no directory. While readers of one that had this id are
 * waited for, it is made as soon as they are done.
 */
static void add(struct vzctx *ctx)
{
	struct bc_dir *d;

	mutex_lock(&dirs_mutex);
	d = bc_dir ? find_dir(ctx->ctid) : NULL;
	if (d)
		d->users++;
	else if (bc_dir)
		make_dir(ctx->ctid);
	mutex_unlock(&dirs_mutex);
}

/*
 * Afterwards no task reads in the directory, and its open files read as ended. The
 * mutex is not held meanwhile. If a context with this id has come by then, the
 * directory is made anew.
 */
static void remove_dir(struct bc_dir *d)
{
	struct proc_dir_entry *dir = d->dir;

	lockdep_assert_held(&dirs_mutex);
	d->dir = NULL;
	d->leaving = true;
	mutex_unlock(&dirs_mutex);
	proc_remove(dir);
	mutex_lock(&dirs_mutex);
	d->leaving = false;
	if (d->users && bc_dir) {
		fill_dir(d);
	} else {
		list_del(&d->node);
		kfree(d);
	}
}

/* Waits until readers are done. */
static void del(struct vzctx *ctx)
{
	struct bc_dir *d;

	mutex_lock(&dirs_mutex);
	d = find_dir(ctx->ctid);
	if (d && !--d->users && !d->leaving)
		remove_dir(d);
	mutex_unlock(&dirs_mutex);
}

const struct vzctx_part vzctx_proc_part = {
	.born = add,
	.release = del,
};

/* The first directory that is not being removed yet. */
static struct bc_dir *staying_dir(void)
{
	struct bc_dir *d;

	list_for_each_entry(d, &dirs, node)
		if (!d->leaving)
			return d;
	return NULL;
}

/* Nothing is added any more. On return all are removed, by this task or others. */
static void remove_dirs(void)
{
	struct bc_dir *d;

	mutex_lock(&dirs_mutex);
	bc_dir = NULL;
	while ((d = staying_dir()))
		remove_dir(d);
	while (!list_empty(&dirs)) {
		mutex_unlock(&dirs_mutex);
		msleep(VZCTX_DRAIN_POLL_MS);
		mutex_lock(&dirs_mutex);
	}
	mutex_unlock(&dirs_mutex);
}

/**
 * vzctx_proc_init() - makes the files, /proc/bc first
 *
 * Return: 0, or -ENOMEM, nothing being left then.
 */
int __init vzctx_proc_init(void)
{
	if (!legacy_proc)
		return 0;
	mutex_lock(&dirs_mutex);
	bc_dir = proc_mkdir_mode("bc", 0500, NULL);
	if (bc_dir)
		make_dir(0);
	mutex_unlock(&dirs_mutex);
	if (!bc_dir || !make(&vzctx_proc_bc_resources, bc_dir))
		goto err_remove;
	vz_dir = proc_mkdir("vz", NULL);
	if (!vz_dir || !make(&vzctx_proc_veinfo, vz_dir) ||
	    !make(&vzctx_proc_veip, vz_dir) ||
	    !make(&vzctx_proc_vestat, vz_dir) ||
	    !make(&vzctx_proc_version, vz_dir))
		goto err_remove;
	ub_file = make(&vzctx_proc_user_beancounters, NULL);
	if (!ub_file)
		goto err_remove;
	return 0;

err_remove:
	vzctx_proc_uninit();
	return -ENOMEM;
}

/* In the reverse order. On return no task is in a file, or will be. */
void vzctx_proc_uninit(void)
{
	struct proc_dir_entry *dir = bc_dir;

	proc_remove(ub_file);
	proc_remove(vz_dir);
	if (vz_dir)
		msleep(VZCTX_PROC_BC_MS);
	remove_dirs();
	proc_remove(dir);
}
