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

/* 6.3, "filelock: move file locking definitions to separate header file" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#include <linux/fs.h>
#else
#include <linux/filelock.h>
#endif

/* 6.6, "fs: Pass argument to fcntl_setlease as int" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define VZCTX_LEASE_ARG long
#else
#define VZCTX_LEASE_ARG int
#endif

/* 6.6, "shmem: fix quota lock nesting in huge hole handling" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define VZCTX_RECALC_LOCKED true
#else
#define VZCTX_RECALC_LOCKED false
#endif

/* 6.9, "filelock: split common fields into struct file_lock_core" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
#define file_lease file_lock
#define VZCTX_FLC_LIST fl_list
#define vzctx_flc(fl, field) ((fl)->fl_##field)
#else
#define VZCTX_FLC_LIST c.flc_list
#define vzctx_flc(fl, field) ((fl)->c.flc_##field)
#endif

/* 6.3, "mm: pass vma iterator through to ..." */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define VZCTX_VMI_PARAM
#define VZCTX_VMI_ARG
#else
#define VZCTX_VMI_PARAM struct vma_iterator *vmi,
#define VZCTX_VMI_ARG vmi,
#endif

/* 6.3, "mm/hugetlb: convert alloc_huge_page() ..." */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define alloc_hugetlb_folio alloc_huge_page
#endif

/* 6.6, "mm: convert free_huge_page() to free_huge_folio()" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define free_huge_folio free_huge_page
#endif

#endif /* _VZCTX_COMPAT_H */
