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

/* 6.3, "livepatch: Improve the search performance of module_kallsyms_on_each_symbol()" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define VZCTX_SYMBOLS_PARAM
#define VZCTX_SYMBOLS_ARGS(module, fn, data) fn, data
#else
#define VZCTX_SYMBOLS_PARAM const char *, modname,
#define VZCTX_SYMBOLS_ARGS(module, fn, data) module, fn, data
#endif

/* 6.4, "kallsyms: remove unused function argument in callbacks" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define VZCTX_SYMBOL_PARAM struct module *, mod,
#define VZCTX_SYMBOL_DECL struct module *mod,
#define VZCTX_SYMBOL_MODULE (mod ? mod->name : NULL)
#else
#define VZCTX_SYMBOL_PARAM
#define VZCTX_SYMBOL_DECL
#define VZCTX_SYMBOL_MODULE NULL
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
#define VZCTX_RECALC_PARAMS struct inode *, inode
#define VZCTX_RECALC_ARGS inode
#else
#define VZCTX_RECALC_LOCKED false
#define VZCTX_RECALC_PARAMS struct inode *, inode, long, alloced, long, swapped
#define VZCTX_RECALC_ARGS inode, alloced, swapped
#endif

/* 6.7, "shmem: _add_to_page_cache() before shmem_inode_acct_blocks()" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define VZCTX_ADD_PARAMS gfp_t, gfp, struct mm_struct *, charge_mm
#define VZCTX_ADD_ARGS gfp, charge_mm
#else
#define VZCTX_ADD_PARAMS gfp_t, gfp
#define VZCTX_ADD_ARGS gfp
#endif

/* 6.8, "mm: memcg: make stats flushing threshold per-memcg" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define VZCTX_FLUSH_PARAM void
#define VZCTX_FLUSH_ARG(memcg)
#else
#define VZCTX_FLUSH_PARAM struct mem_cgroup *, memcg
#define VZCTX_FLUSH_ARG(memcg) memcg
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
#define VZCTX_VMI_PARAM struct vma_iterator *, vmi,
#define VZCTX_VMI_ARG vmi,
#endif

/* 6.3, "mm/hugetlb: convert alloc_huge_page() ..." */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define alloc_hugetlb_folio alloc_huge_page
#define VZCTX_HUGE struct page
#else
#define VZCTX_HUGE struct folio
#endif

/* 6.2, "mm/hugetlb: convert move_hugetlb_state() to folios" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define VZCTX_HUGE_MOVED struct page
#else
#define VZCTX_HUGE_MOVED struct folio
#endif

/* 6.6, "mm: convert free_huge_page() to free_huge_folio()" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define free_huge_folio free_huge_page
#define VZCTX_HUGE_FREED struct page
#else
#define VZCTX_HUGE_FREED struct folio
#endif

/* 6.11, "mm: don't account memmap per-node" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define NR_VM_STAT_ITEMS NR_VM_WRITEBACK_STAT_ITEMS
#endif

/* 6.13, "signal: Split up __sigqueue_alloc()" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define VZCTX_SIGQUEUE_ALLOC
#endif

/* 6.15, "ucount: Use rcuref_t for reference counting" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#define vzctx_ucounts_hold(uc, n) atomic_set(&(uc)->count, n)
#else
#define vzctx_ucounts_hold(uc, n) rcuref_init(&(uc)->count, n)
#endif

/* 6.17, "mm/shmem: hold shmem_swaplist spinlock (not mutex) much less" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define VZCTX_RECALC_VOID
#endif

/* 6.17, "workqueue: Add system_percpu_wq and system_dfl_wq" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define system_dfl_wq system_unbound_wq
#endif

/* 6.18, "net: add sk_drops_read(), sk_drops_inc() and sk_drops_reset() helpers" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define sk_drops_inc(sk) atomic_inc(&(sk)->sk_drops)
#endif

/* 6.19, "cgroup: Rename cgroup lifecycle hooks to cgroup_task_*()" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define cgroup_task_release cgroup_release
#endif

/* 6.19, "net: Add sk_clone()" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define sk_clone sk_clone_lock
#define VZCTX_SK_CLONE_PARAMS priority
#define VZCTX_SK_CLONE_ARGS priority
#else
#define VZCTX_SK_CLONE_PARAMS priority, bool, lock
#define VZCTX_SK_CLONE_ARGS priority, lock
#endif

/* Flags of a tmpfs inode, which were those of a mapping; seen on 7.3 */
#include <linux/mm.h>
#include <linux/shmem_fs.h>
#ifndef SHMEM_F_NORESERVE
#define SHMEM_F_NORESERVE VM_NORESERVE
#define SHMEM_F_LOCKED VM_LOCKED
#endif

/* 6.7, "net, core: Allow core to manage struct pcpu_sw_netstats" */
#include <linux/netdevice.h>
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
static inline int vzctx_tstats_alloc(struct net_device *dev)
{
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	return dev->tstats ? 0 : -ENOMEM;
}

static inline void vzctx_tstats_free(struct net_device *dev)
{
	free_percpu(dev->tstats);
}

#define vzctx_tstats_wanted(dev) ((dev)->priv_destructor = vzctx_tstats_free)
#else
#define vzctx_tstats_alloc NULL
#define vzctx_tstats_wanted(dev) \
	((dev)->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS)
#endif

/* 6.12, what a device is for good, once bits of its features; seen on 6.12.117 */
static inline void vzctx_netdev_is_fixed(struct net_device *dev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	dev->features |= NETIF_F_LLTX | NETIF_F_NETNS_LOCAL;
#else
	dev->lltx = true;
	dev->netns_immutable = true;
#endif
}

/* 6.18, "copy_process: pass clone_flags as u64 across calltree" */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define VZCTX_CLONE_FLAGS unsigned long
#else
#define VZCTX_CLONE_FLAGS u64
#endif

/* Arguments with types of their own; seen on 7.3, not on 7.2 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 3, 0)
#define VZCTX_MIGRATE_REASON int
#else
#define VZCTX_MIGRATE_REASON enum migrate_reason
#endif

/* An argument that stable kernels got too, so Kbuild asks the header; seen on 7.3 */
#ifdef VZCTX_XT_OPS
#define VZCTX_XT_OPS_PARAM const struct nf_hook_ops *, ops,
#define VZCTX_XT_OPS_ARG ops,
#else
#define VZCTX_XT_OPS_PARAM
#define VZCTX_XT_OPS_ARG
#endif

/* Flags of a mapping as a type of their own, for tmpfs and may_expand_vm; seen on 7.2 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0)
#define VZCTX_SHM_FLAGS vm_flags_t
#define VZCTX_GROW_FLAGS_REF vm_flags_t
#define vzctx_shm_flags(flags) (flags)
#define vzctx_grow_flags_at(ref) (ref)
#else
#define VZCTX_SHM_FLAGS vma_flags_t
#define VZCTX_GROW_FLAGS_REF vma_flags_t *
#define vzctx_shm_flags(flags) vma_flags_to_legacy(flags)
#define vzctx_grow_flags_at(ref) vma_flags_to_legacy(*(ref))
#endif

/* For mmap_region, by value, and mlock_fixup, by reference; seen on 7.3, not on 7.2 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 3, 0)
#define VZCTX_MMAP_FLAGS vm_flags_t
#define VZCTX_MLOCK_FLAGS_REF vm_flags_t
#define vzctx_mmap_flags(flags) (flags)
#define vzctx_mlock_flags_at(ref) (ref)
#else
#define VZCTX_MMAP_FLAGS vma_flags_t
#define VZCTX_MLOCK_FLAGS_REF vma_flags_t *
#define vzctx_mmap_flags(flags) vma_flags_to_legacy(flags)
#define vzctx_mlock_flags_at(ref) vma_flags_to_legacy(*(ref))
#endif

#endif /* _VZCTX_COMPAT_H */
