/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - door: /dev/vzctl, figures of a context
 */
#ifndef _VZCTX_IOCTL_STAT_H
#define _VZCTX_IOCTL_STAT_H

#include <linux/compat.h>
#include <linux/types.h>

struct file;

/* What a 32-bit caller passes. */
struct vzctx_cpustatctl32 {
	u32 veid;
	compat_uptr_t cpustat;
};

long vzctx_ioctl_cpu_stat(struct file *file, void __user *arg);
long vzctx_ioctl_cpu_stat32(struct file *file, void __user *arg);

#endif /* _VZCTX_IOCTL_STAT_H */
