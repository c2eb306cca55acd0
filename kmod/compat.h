/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - newer kernel API on older kernels
 *
 * Included before everything else by Kbuild. The only place that asks for a
 * kernel version; the rest is written as for the newest supported kernel.
 */
#ifndef _VZCTX_COMPAT_H
#define _VZCTX_COMPAT_H

/* Before any kernel header can choose its own. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "vzctx needs Linux 6.1 or newer"
#endif

/* 6.2, "ftrace: abstract DYNAMIC_FTRACE_WITH_ARGS accesses" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define ftrace_regs_get_argument(fregs, n) \
	regs_get_kernel_argument(&(fregs)->regs, n)
#define ftrace_regs_set_instruction_pointer(fregs, ip) \
	ftrace_instruction_pointer_set(fregs, ip)
#endif

#endif /* _VZCTX_COMPAT_H */
