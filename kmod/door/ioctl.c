// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - door: /dev/vzctl
 *
 * Translates only. What the calls mean is said in <linux/vzcalluser.h>.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/linux/vzcalluser.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "door/ioctl.h"
#include "door/ioctl_net.h"
#include "door/ioctl_stat.h"
#include "door/may.h"
#include "life/bind.h"

struct pid_pair {
	pid_t outside;
	pid_t inside;
};

/* What a 32-bit caller passes; only the calls that carry a pointer differ. */
struct env_create_data32 {
	u32 veid;
	u32 flags;
	u32 class_id;
	compat_uptr_t data;
	compat_int_t datalen;
};

struct veidctl32 {
	u32 num;
	compat_uptr_t id;
};

struct vepidctl32 {
	u32 veid;
	u32 num;
	compat_uptr_t pid;
};

static void __maybe_unused build_check_abi(void)
{
	BUILD_BUG_ON(sizeof(struct vzctl_old_env_create) != 12);
	BUILD_BUG_ON(sizeof(struct vzctl_mark_env_to_down) != 4);
	BUILD_BUG_ON(sizeof(struct vzctl_setdevperms) != 16);
	BUILD_BUG_ON(sizeof(struct vzctl_env_create_cid) != 12);
	BUILD_BUG_ON(sizeof(struct vzctl_env_create) != 12);
	BUILD_BUG_ON(sizeof(struct vzctl_env_create_data) != 32);
	BUILD_BUG_ON(sizeof(struct env_create_data32) != 20);
	BUILD_BUG_ON(sizeof(struct env_create_param) != 8);
	BUILD_BUG_ON(sizeof(struct env_create_param2) != 24);
	BUILD_BUG_ON(sizeof(struct env_create_param3) != 32);
	BUILD_BUG_ON(sizeof(struct vzctl_cpustatctl) != 16);
	BUILD_BUG_ON(sizeof(struct vzctl_ve_netdev) != 16);
	BUILD_BUG_ON(sizeof(struct vzctl_ve_meminfo) != 16);
	BUILD_BUG_ON(sizeof(struct vzctl_ve_configure) != 16);
	BUILD_BUG_ON(sizeof(struct vzlist_veidctl) != 16);
	BUILD_BUG_ON(sizeof(struct veidctl32) != 8);
	BUILD_BUG_ON(sizeof(struct pid_pair) != 2 * sizeof(__kernel_pid_t));
	BUILD_BUG_ON(sizeof(struct vzlist_vepidctl) != 16);
	BUILD_BUG_ON(sizeof(struct vepidctl32) != 12);
}

static u32 own_ctid(void)
{
	struct vzctx *ctx = vzctx_get_of_current();
	u32 ctid = ctx ? ctx->ctid : 0;

	vzctx_put(ctx);
	return ctid;
}

static bool runs(u32 ctid)
{
	struct vzctx *ctx;

	if (!ctid)
		return true;
	ctx = vzctx_find(ctid);
	vzctx_put(ctx);
	return ctx;
}

/* The caller's own pid namespace, if it is alone in there and its init. */
static long create(u32 ctid)
{
	struct pid *pid = get_pid(task_tgid(current));
	int err = -EINVAL;

	if (ctid <= VZCTX_CTID_MAX && thread_group_empty(current) &&
	    ns_of_pid(pid) != &init_pid_ns && is_child_reaper(pid))
		err = vzctx_bind(ctid, pid, NULL, 0, NULL);
	put_pid(pid);
	return err ?: ctid;
}

static long env_create(struct file *file, u32 ctid, u32 flags)
{
	if (!flags)
		return own_ctid();
	if (vzctx_may(file, NULL))
		return -EPERM;
	if ((flags & VE_TEST) && (flags & (VE_CREATE | VE_ENTER)))
		return -EINVAL;
	if (runs(ctid)) {
		if (flags & VE_TEST)
			return 0;
		if (flags & VE_EXCLUSIVE)
			return -EACCES;
		return flags & (VE_CREATE | VE_ENTER) ? -EOPNOTSUPP : -EINVAL;
	}
	if (flags & (VE_TEST | VE_ENTER))
		return -ESRCH;
	if (!(flags & VE_CREATE))
		return -EINVAL;
	return create(ctid);
}

static long do_env_create(struct file *file, void __user *arg)
{
	struct vzctl_env_create a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return env_create(file, a.veid, a.flags);
}

static long create_data(struct file *file, u32 ctid, u32 flags,
			const void __user *data, int datalen)
{
	char param[VZCTL_ENV_CREATE_DATA_MAXLEN];

	if (datalen < (int)VZCTL_ENV_CREATE_DATA_MINLEN ||
	    datalen > (int)VZCTL_ENV_CREATE_DATA_MAXLEN || !data)
		return -EINVAL;
	if (copy_from_user(param, data, datalen))
		return -EFAULT;
	return env_create(file, ctid, flags);
}

static long do_env_create_data(struct file *file, void __user *arg)
{
	struct vzctl_env_create_data a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return create_data(file, a.veid, a.flags, a.data, a.datalen);
}

static long do_env_create_data32(struct file *file, void __user *arg)
{
	struct env_create_data32 a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return create_data(file, a.veid, a.flags, compat_ptr(a.data),
			   a.datalen);
}

static long do_nothing(struct file *file, void __user *arg)
{
	return 0;
}

static long get_veids(u32 num, u32 __user *id)
{
	struct vzctx *ctx;
	u64 serial = 0;
	u32 nr = 0;
	bool fault = false;

	while (!fault && (ctx = vzctx_next(serial))) {
		serial = ctx->serial;
		if (READ_ONCE(ctx->state) == VZCTX_STATE_RUNNING) {
			fault = nr < num && put_user(ctx->ctid, id + nr);
			nr++;
		}
		vzctx_put(ctx);
	}
	return fault ? -EFAULT : nr;
}

static long do_get_veids(struct file *file, void __user *arg)
{
	struct vzlist_veidctl a = {};

	if (arg && copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return get_veids(a.num, a.id);
}

static long do_get_veids32(struct file *file, void __user *arg)
{
	struct veidctl32 a = {};

	if (arg && copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return get_veids(a.num, compat_ptr(a.id));
}

/**
 * struct pid_list - processes of a context
 * @pair: pid on the host, pid in the context
 * @room: pairs that fit
 * @nr: pairs there are
 */
struct pid_list {
	struct pid_pair *pair;
	u32 room;
	u32 nr;
};

static int collect_pids(struct vzctx *ctx, struct pid_list *list)
{
	struct task_struct *task;
	int err = 0;

	list->nr = 0;
	rcu_read_lock();
	/* Seen running under RCU, it keeps its namespace until we are done. */
	if (READ_ONCE(ctx->state) != VZCTX_STATE_RUNNING) {
		err = -ESRCH;
		goto out;
	}
	for_each_process(task) {
		pid_t inside = task_tgid_nr_ns(task, ctx->pid_ns);

		if (!inside)
			continue;
		if (list->nr < list->room) {
			list->pair[list->nr].outside = task_tgid_nr(task);
			list->pair[list->nr].inside = inside;
		}
		list->nr++;
	}
out:
	rcu_read_unlock();
	return err;
}

static long get_vepids(u32 ctid, u32 num, pid_t __user *pid)
{
	struct pid_list list = {};
	struct vzctx *ctx = vzctx_find(ctid);
	long ret;
	u32 want;

	if (!ctx)
		return -ESRCH;
	ret = collect_pids(ctx, &list);
	want = min(num, list.nr);
	if (ret || !want)
		goto out;
	list.room = want;
	list.pair = kvmalloc_array(want, sizeof(*list.pair),
				   GFP_KERNEL_ACCOUNT);
	ret = -ENOMEM;
	if (!list.pair)
		goto out;
	ret = collect_pids(ctx, &list);
	want = min(list.room, list.nr);
	if (!ret && copy_to_user(pid, list.pair, want * sizeof(*list.pair)))
		ret = -EFAULT;
	kvfree(list.pair);
out:
	vzctx_put(ctx);
	return ret ?: list.nr;
}

static long do_get_vepids(struct file *file, void __user *arg)
{
	struct vzlist_vepidctl a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return get_vepids(a.veid, a.num, a.pid);
}

static long do_get_vepids32(struct file *file, void __user *arg)
{
	struct vepidctl32 a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return get_vepids(a.veid, a.num, compat_ptr(a.pid));
}

static long do_refuse(struct file *file, void __user *arg)
{
	return -EOPNOTSUPP;
}

/**
 * struct call - one ioctl
 * @cmd: its number; the number contains the size of the argument, so the two
 *	layouts of a call with a pointer are two rows
 * @fn: serves it
 * @open: it checks permission itself
 */
struct call {
	unsigned int cmd;
	long (*fn)(struct file *file, void __user *arg);
	bool open;
};

static const struct call calls[] = {
	{ VZCTL_ENV_CREATE, do_env_create, true },
	{ VZCTL_ENV_CREATE_DATA, do_env_create_data, true },
	{ _IOW(VZCTLTYPE, 10, struct env_create_data32), do_env_create_data32,
	  true },
	{ VZCTL_MARK_ENV_TO_DOWN, do_nothing },
	{ VZCTL_GET_VEIDS, do_get_veids },
	{ _IOR(VZLISTTYPE, 1, struct veidctl32), do_get_veids32 },
	{ VZCTL_GET_VEPIDS, do_get_vepids },
	{ _IOR(VZLISTTYPE, 2, struct vepidctl32), do_get_vepids32 },
	{ VZCTL_GET_CPU_STAT, vzctx_ioctl_cpu_stat },
	{ _IOW(VZCTLTYPE, 6, struct vzctx_cpustatctl32),
	  vzctx_ioctl_cpu_stat32 },
	{ VZCTL_OLD_ENV_CREATE, do_refuse },
	{ VZCTL_SETDEVPERMS, do_refuse },
	{ VZCTL_ENV_CREATE_CID, do_refuse },
	{ VZCTL_VE_NETDEV, do_refuse },
	{ VZCTL_VE_MEMINFO, do_refuse },
	{ VZCTL_VE_CONFIGURE, do_refuse },
	{ VENETCTL_VE_IP_MAP, vzctx_ioctl_ip_map },
	{ _IOW(VENETCTLTYPE, 3, struct vzctx_ip_map32), vzctx_ioctl_ip_map32 },
	{ VZCTL_GET_VEIPS, vzctx_ioctl_veips },
	{ _IOR(VZLISTTYPE, 3, struct vzctx_veipctl32), vzctx_ioctl_veips32 },
	{ VZCTL_GET_VEIP6S, vzctx_ioctl_veip6s },
	{ _IOR(VZLISTTYPE, 4, struct vzctx_veipctl32), vzctx_ioctl_veip6s32 },
};

static long serve(struct file *file, unsigned int cmd, void __user *arg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls[i].cmd != cmd)
			continue;
		if (!calls[i].open && vzctx_may(file, NULL))
			return -EPERM;
		return calls[i].fn(file, arg);
	}
	return -ENOTTY;
}

static long fop_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return serve(file, cmd, (void __user *)arg);
}

#ifdef CONFIG_COMPAT
static long fop_compat_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	return serve(file, cmd, compat_ptr(arg));
}
#endif

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = fop_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = fop_compat_ioctl,
#endif
	.llseek = noop_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vzctl",
	.mode = 0600,
	.fops = &fops,
};

int __init vzctx_ioctl_init(void)
{
	return misc_register(&device);
}

/* No new opener; who has the device open keeps the module. */
void vzctx_ioctl_uninit(void)
{
	misc_deregister(&device);
}
