// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - door: /dev/vzctl, figures of a context
 *
 * Translates only. What the calls mean is said in <linux/vzcalluser.h>.
 */
#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/uaccess.h>
#include <uapi/linux/vzcalluser.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "door/ioctl_stat.h"
#include "pay/cpu.h"

struct cpu_stat32 {
	compat_ulong_t user_jif;
	compat_ulong_t nice_jif;
	compat_ulong_t system_jif;
	compat_ulong_t uptime_jif;
	compat_u64 idle_clk;
	compat_u64 strv_clk;
	compat_u64 uptime_clk;
	struct vz_load_avg avenrun[3];
};

static void __maybe_unused build_check_abi(void)
{
	BUILD_BUG_ON(sizeof(struct vz_cpu_stat) != 80);
	BUILD_BUG_ON(sizeof(struct cpu_stat32) != 64);
	BUILD_BUG_ON(sizeof(struct vzctx_cpustatctl32) != 8);
}

static unsigned long ticks(u64 ns)
{
	return div_u64(ns, NSEC_PER_SEC / USER_HZ);
}

static int read_stat(u32 ctid, struct vz_cpu_stat *to)
{
	struct vzctx *ctx = vzctx_find(ctid);
	struct vzctx_cpu_stat cpu;
	unsigned int i;

	if (!ctx)
		return -ESRCH;
	vzctx_cpu_get(ctx, &cpu);
	vzctx_put(ctx);
	memset(to, 0, sizeof(*to));
	to->user_jif = ticks(cpu.user);
	to->system_jif = ticks(cpu.system);
	to->uptime_jif = ticks(cpu.uptime);
	to->idle_clk = cpu.idle;
	to->uptime_clk = cpu.uptime;
	for (i = 0; i < ARRAY_SIZE(cpu.load); i++) {
		to->avenrun[i].val_int = cpu.load[i] / 100;
		to->avenrun[i].val_frac = cpu.load[i] % 100;
	}
	return 0;
}

/**
 * vzctx_ioctl_cpu_stat() - serves VZCTL_GET_CPU_STAT
 * @file: the device
 * @arg: struct vzctl_cpustatctl
 *
 * Return: 0, -EFAULT or -ESRCH.
 */
long vzctx_ioctl_cpu_stat(struct file *file, void __user *arg)
{
	struct vzctl_cpustatctl a;
	struct vz_cpu_stat stat;
	int err;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	err = read_stat(a.veid, &stat);
	if (err)
		return err;
	return copy_to_user(a.cpustat, &stat, sizeof(stat)) ? -EFAULT : 0;
}

/**
 * vzctx_ioctl_cpu_stat32() - serves VZCTL_GET_CPU_STAT of a 32-bit caller
 * @file: the device
 * @arg: struct vzctx_cpustatctl32
 *
 * Return: as vzctx_ioctl_cpu_stat().
 */
long vzctx_ioctl_cpu_stat32(struct file *file, void __user *arg)
{
	struct vzctx_cpustatctl32 a;
	struct cpu_stat32 stat32 = {};
	struct vz_cpu_stat stat;
	int err;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	err = read_stat(a.veid, &stat);
	if (err)
		return err;
	stat32.user_jif = stat.user_jif;
	stat32.system_jif = stat.system_jif;
	stat32.uptime_jif = stat.uptime_jif;
	stat32.idle_clk = stat.idle_clk;
	stat32.uptime_clk = stat.uptime_clk;
	memcpy(stat32.avenrun, stat.avenrun, sizeof(stat32.avenrun));
	return copy_to_user(compat_ptr(a.cpustat), &stat32, sizeof(stat32)) ?
	       -EFAULT : 0;
}
