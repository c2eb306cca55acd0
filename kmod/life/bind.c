// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - binding a context, and the hooks that come and go with contexts
 *
 * The first binding installs the hooks. They are removed when no context is
 * left, dying ones included (so no object would be freed unseen), and the
 * linger is over.
 */
#include <linux/completion.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/workqueue.h>

#include "base/ctx.h"
#include "base/limit.h"
#include "base/registry.h"
#include "base/tunables.h"
#include "life/bind.h"
#include "life/life.h"
#include "wrap/hook.h"

/* Nothing is bound before it is known whether the module stays. */
static DECLARE_COMPLETION(decided);

/* NULL: it does not stay. */
static const struct vzctx_hook_table *const *tables;
static bool hooked;

static unsigned int linger = VZCTX_LINGER_S;

static void unhook(struct work_struct *work)
{
	mutex_lock(&vzctx_control);
	if (hooked && vzctx_none_left()) {
		vzctx_hook_remove(tables);
		hooked = false;
	}
	mutex_unlock(&vzctx_control);
}

static DECLARE_DELAYED_WORK(unhook_work, unhook);

static int set_linger(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 0, VZCTX_LINGER_MAX_S);
}

static const struct kernel_param_ops linger_ops = {
	.set = set_linger,
	.get = param_get_uint,
};

module_param_cb(linger, &linger_ops, &linger, 0644);
MODULE_PARM_DESC(linger, "seconds the hooks stay after the last container is gone (0..86400)");

/* Seconds the hooks stay after the last context is gone. */
unsigned int vzctx_linger(void)
{
	return READ_ONCE(linger);
}

/* No context is left: the linger begins, anew if it was running. */
void vzctx_bind_idle(void)
{
	mod_delayed_work(system_dfl_wq, &unhook_work,
			 (unsigned long)vzctx_linger() * HZ);
}

static int adopt(struct vzctx *ctx, struct task_struct *init)
{
	const struct vzctx_hook_table *const *table;
	int err;

	for (table = tables; *table; table++) {
		if (!(*table)->adopt)
			continue;
		err = (*table)->adopt(ctx, init);
		if (err)
			return err;
	}
	return 0;
}

static int install(struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&vzctx_control);
	if (hooked)
		return 0;
	err = vzctx_hook_install(tables);
	if (err) {
		NL_SET_ERR_MSG(extack, "a kernel function cannot be hooked (ftrace is off, or a livepatch or another module holds it); the kernel log names it");
		return err;
	}
	hooked = true;
	return 0;
}

static int bind_locked(u32 ctid, struct pid *pid,
		       const struct vzctx_limit *limit, unsigned int nr,
		       struct netlink_ext_ack *extack)
{
	int err;

	if (!tables) {
		NL_SET_ERR_MSG(extack, "the module could not be loaded; the kernel log may say why");
		return -ENODEV;
	}
	err = vzctx_check_limits(NULL, limit, nr, false, extack);
	if (err)
		return err;
	err = vzctx_precheck(ctid, pid, extack);
	if (err)
		return err;
	err = install(extack);
	if (err)
		return err;
	/* Only now is it known which resources work on this kernel. */
	err = vzctx_check_limits(NULL, limit, nr, false, extack);
	if (!err)
		err = vzctx_create(ctid, pid, limit, nr, adopt, extack);
	if (err && vzctx_none_left())
		vzctx_bind_idle();
	return err;
}

/**
 * vzctx_bind() - binds a new context to the pid namespace of a task
 * @ctid: its id, 1..VZCTX_CTID_MAX
 * @pid: the init of the namespace; the caller keeps its reference
 * @limit: limits from the start
 * @nr: how many
 * @extack: gets the reason of a refusal; may be NULL
 *
 * Sleeps; the first one long.
 *
 * Return: 0, or see VZCTX_CMD_CREATE.
 */
int vzctx_bind(u32 ctid, struct pid *pid, const struct vzctx_limit *limit,
	       unsigned int nr, struct netlink_ext_ack *extack)
{
	int err;

	if (wait_for_completion_killable(&decided) ||
	    mutex_lock_killable(&vzctx_control))
		return -EINTR;
	err = bind_locked(ctid, pid, limit, nr, extack);
	mutex_unlock(&vzctx_control);
	return err;
}

/**
 * vzctx_bind_open() - the module is loaded, or cannot be
 * @all: NULL-terminated, for the hooks of every binding; NULL: none is to be made
 *
 * Once, after doors that can bind have been opened: until then a binding waits.
 */
void __init vzctx_bind_open(const struct vzctx_hook_table *const *all)
{
	tables = all;
	complete_all(&decided);
}

/* Doors are shut. On return no wrapper runs or will run. */
void vzctx_bind_shut(void)
{
	mutex_lock(&vzctx_control);
	if (hooked)
		vzctx_hook_remove(tables);
	hooked = false;
	mutex_unlock(&vzctx_control);
	vzctx_hook_drain();
}

/* No context is left, so nothing queues the work any more. */
void vzctx_bind_uninit(void)
{
	cancel_delayed_work_sync(&unhook_work);
}
