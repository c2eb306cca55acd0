/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - door: /dev/vzctl, addresses of a context
 */
#ifndef _VZCTX_IOCTL_NET_H
#define _VZCTX_IOCTL_NET_H

#include <linux/compat.h>
#include <linux/types.h>

struct file;

/* What a 32-bit caller passes. */
struct vzctx_ip_map32 {
	u32 veid;
	compat_int_t op;
	compat_uptr_t addr;
	compat_int_t addrlen;
};

struct vzctx_veipctl32 {
	u32 veid;
	u32 num;
	compat_uptr_t ip;
};

long vzctx_ioctl_ip_map(struct file *file, void __user *arg);
long vzctx_ioctl_ip_map32(struct file *file, void __user *arg);
long vzctx_ioctl_veips(struct file *file, void __user *arg);
long vzctx_ioctl_veips32(struct file *file, void __user *arg);
long vzctx_ioctl_veip6s(struct file *file, void __user *arg);
long vzctx_ioctl_veip6s32(struct file *file, void __user *arg);

#endif /* _VZCTX_IOCTL_NET_H */
