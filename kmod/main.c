// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - order of bring-up and tear-down
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/workqueue.h>

#include "ctx.h"
#include "genl.h"
#include "hook.h"
#include "hook_tables.h"
#include "limits.h"
#include "owner.h"
#include "version.h"

static const struct vzctx_hook_table *const tables[] = {
	&vzctx_hook_ctx,
	&vzctx_hook_task,
	NULL,
};

static bool hooked;

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

static unsigned int linger = VZCTX_LINGER_S;

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

static int need_hooks(void)
{
	int err;

	lockdep_assert_held(&vzctx_control);
	if (hooked)
		return 0;
	err = vzctx_hook_install(tables);
	if (err)
		return err;
	hooked = true;
	return 0;
}

static void start_linger(void)
{
	mod_delayed_work(system_unbound_wq, &unhook_work,
			 READ_ONCE(linger) * HZ);
}

static void idle_hooks(void)
{
	if (vzctx_none_left())
		start_linger();
}

static unsigned int get_linger(void)
{
	return READ_ONCE(linger);
}

static const struct vzctx_hooks_control hooks_control = {
	.need = need_hooks,
	.idle = idle_hooks,
	.linger = get_linger,
};

static int __init vzctx_mod_init(void)
{
	int err;

	err = vzctx_owner_init();
	if (err)
		return err;
	err = vzctx_init(start_linger);
	if (err)
		goto err_owner;
	err = vzctx_genl_init(&hooks_control);
	if (err)
		goto err_ctx;
	pr_info("version %s, ABI %d\n", VZCTX_VERSION, VZCTX_ABI);
	return 0;

err_ctx:
	vzctx_uninit();
err_owner:
	vzctx_owner_uninit();
	return err;
}

/*
 * The kernel calls this with no running context, or was forced to. In order:
 *
 * 1. no door answers, so nothing is created or changed any more;
 * 2. no wrapper runs or will run, so nothing is charged any more;
 * 3. contexts and their charges are gone, through every RCU callback;
 * 4. no delayed work is queued: the last context was its last cause;
 * 5. whoever still holds the module (a forced unload only: an open dump) is
 *    waited for, since it will come back into module text.
 */
static void __exit vzctx_mod_exit(void)
{
	vzctx_genl_uninit();
	mutex_lock(&vzctx_control);
	if (hooked)
		vzctx_hook_remove(tables);
	hooked = false;
	mutex_unlock(&vzctx_control);
	vzctx_shutdown();
	vzctx_uninit();
	cancel_delayed_work_sync(&unhook_work);
	while (module_refcount(THIS_MODULE) > 0)
		msleep(VZCTX_DRAIN_POLL_MS);
	rcu_barrier();
	vzctx_owner_uninit();
}

module_init(vzctx_mod_init);
module_exit(vzctx_mod_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("vzctx developers");
MODULE_DESCRIPTION("OpenVZ-style containers: contexts and user beancounters");
MODULE_VERSION(VZCTX_VERSION);
