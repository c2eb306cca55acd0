// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - order of bring-up and tear-down
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <vzctx/version.h>

#include "base/ctx.h"
#include "base/on_limit.h"
#include "base/tunables.h"
#include "door/genl.h"
#include "door/ioctl.h"
#include "door/proc.h"
#include "hook/tables.h"
#include "kern/known.h"
#include "life/bind.h"
#include "life/life.h"
#include "net/port.h"
#include "pay/cpu.h"
#include "pay/ended.h"
#include "pay/memcg.h"
#include "pay/memory.h"
#include "pay/owner.h"
#include "pay/owner_bucket.h"
#include "pay/owner_cache.h"
#include "pay/owner_table.h"
#include "view/tables.h"
#include "wrap/hook.h"
#include "wrap/stay.h"

static const struct vzctx_hook_table *const tables[] = {
	&vzctx_hook_ctx,
	&vzctx_hook_task,
	&vzctx_hook_file,
	&vzctx_hook_lock,
	&vzctx_hook_lease,
	&vzctx_hook_tty,
	&vzctx_hook_sig,
	&vzctx_hook_mem,
	&vzctx_hook_mlock,
	&vzctx_hook_huge,
	&vzctx_hook_shm,
	&vzctx_hook_oom,
	&vzctx_hook_sock,
	&vzctx_hook_sockbuf,
	&vzctx_hook_ipt,
	&vzctx_hook_request,
	&vzctx_view_memory,
	&vzctx_view_sysinfo,
	&vzctx_view_time,
	&vzctx_view_cpu,
	&vzctx_view_disk,
	&vzctx_view_task,
	NULL,
};

/* In this order they are made for a context; the other way round they go. */
static const struct vzctx_part *const parts[] = {
	&vzctx_owner_bucket_part,
	&vzctx_owner_spare_part,
	&vzctx_owner_lent_part,
	&vzctx_ended_part,
	&vzctx_cpu_part,
	&vzctx_memcg_part,
	&vzctx_port_part,
	&vzctx_proc_part,
	&vzctx_on_limit_part,
	NULL,
};

/*
 * A callback may run with preemption off, as it does while somebody traces the
 * same function. Those of VZCTX_HOOK_BEFORE() free memory, for which the kernel
 * takes locks that sleep if it has PREEMPT_RT.
 */
static int __init refuse_rt(void)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		return 0;
	pr_err("a kernel with PREEMPT_RT is not supported: the hooks free memory where such a kernel must not; boot one without it\n");
	return -EOPNOTSUPP;
}

static int __init vzctx_mod_init(void)
{
	int err;

	err = refuse_rt();
	if (err)
		return err;
	vzctx_event_init(vzctx_genl_send);
	err = vzctx_known_init();
	if (err)
		return err;
	err = vzctx_owner_init();
	if (err)
		goto err_known;
	err = vzctx_port_init();
	if (err)
		goto err_owner;
	err = vzctx_init(parts, vzctx_bind_idle);
	if (err)
		goto err_port;
	err = vzctx_selftest();
	if (err)
		goto err_ctx;
	vzctx_memcg_init();
	vzctx_memory_init();
	err = vzctx_hook_init(tables);
	if (err)
		goto err_ctx;
	err = vzctx_proc_init();
	if (err)
		goto err_hook;
	/* From here on somebody may ask for a binding, and waits for its outcome. */
	err = vzctx_genl_init();
	if (err)
		goto err_proc;
	err = vzctx_ioctl_init();
	if (err)
		goto err_genl;
	vzctx_bind_open(tables);
	pr_info("version %s, ABI %d\n", VZCTX_VERSION, VZCTX_ABI);
	return 0;

err_genl:
	vzctx_bind_open(NULL);
	vzctx_genl_uninit();
	/* A task that has not read a dump to its end comes back into module text. */
	while (module_refcount(THIS_MODULE) > 1)
		msleep(VZCTX_DRAIN_POLL_MS);
err_proc:
	vzctx_proc_uninit();
err_hook:
	vzctx_hook_uninit();
err_ctx:
	vzctx_shutdown();
	vzctx_cpu_uninit();
	vzctx_ended_uninit();
	vzctx_uninit();
	vzctx_bind_uninit();
err_port:
	vzctx_port_uninit();
err_owner:
	vzctx_owner_uninit();
err_known:
	vzctx_known_uninit();
	return err;
}

/*
 * The kernel calls this while no context runs and no task is inside a call that
 * may last for ever (stay.h), or was forced to. In order:
 *
 * 1. no door answers, so nothing is created or changed any more;
 * 2. no task is looked at any more by way of its charge;
 * 3. no wrapper runs or will run, so nothing is charged any more, and what is
 *    charged may be freed unseen;
 * 4. contexts and their charges are gone, through every RCU callback;
 * 5. no delayed work is queued: the last context was its last cause;
 * 6. what still holds the module (after a forced unload only: an open device or
 *    dump) is waited for, since its task will come back into module text.
 */
static void __exit vzctx_mod_exit(void)
{
	vzctx_proc_uninit();
	vzctx_ioctl_uninit();
	vzctx_genl_uninit();
	vzctx_cpu_shut();
	vzctx_bind_shut();
	vzctx_hook_uninit();
	vzctx_shutdown();
	vzctx_cpu_uninit();
	vzctx_ended_uninit();
	vzctx_uninit();
	vzctx_bind_uninit();
	vzctx_port_uninit();
	while (module_refcount(THIS_MODULE) > 0)
		msleep(VZCTX_DRAIN_POLL_MS);
	vzctx_stay_uninit();
	rcu_barrier();
	vzctx_hook_sig_uninit();
	vzctx_owner_uninit();
	vzctx_known_uninit();
}

module_init(vzctx_mod_init);
module_exit(vzctx_mod_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("vzctx developers");
MODULE_DESCRIPTION("OpenVZ-style containers: contexts and user beancounters");
MODULE_VERSION(VZCTX_VERSION);
