// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - view: sysinfo(2) of a container
 *
 * The same figures as in its /proc/meminfo, /proc/uptime and /proc/loadavg. Below
 * the system call there is no function that every kernel can wrap.
 */
#include <linux/compat.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched/loadavg.h>
#include <linux/sysinfo.h>
#include <linux/uaccess.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "base/view.h"
#include "pay/cpu.h"
#include "pay/memory.h"
#include "view/tables.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

static void fill_time(struct vzctx *ctx, struct sysinfo *info)
{
	struct vzctx_bc_state tasks;
	struct vzctx_cpu_stat cpu;
	int i;

	vzctx_cpu_get(ctx, &cpu);
	vzctx_bc_read(&ctx->bc[UB_NUMPROC], &tasks);
	info->uptime = div_u64(cpu.uptime + NSEC_PER_SEC - 1, NSEC_PER_SEC);
	info->procs = min_t(unsigned long, tasks.held, U16_MAX);
	for (i = 0; i < 3; i++)
		info->loads[i] = cpu.avenrun[i] << (SI_LOAD_SHIFT - FSHIFT);
}

/* In bytes, which a long of the kernel can hold. */
static void fill_memory(struct vzctx *ctx, struct sysinfo *info)
{
	struct vzctx_memory mem;

	vzctx_memory_read(ctx, &mem);
	info->totalram = mem.total << PAGE_SHIFT;
	info->freeram = (mem.total - mem.used) << PAGE_SHIFT;
	info->sharedram = mem.n[VZCTX_MEM_SHMEM] << PAGE_SHIFT;
	info->totalswap = mem.swap_total << PAGE_SHIFT;
	info->freeswap = (mem.swap_total - mem.swap_used) << PAGE_SHIFT;
	info->mem_unit = 1;
}

/* Whether the calling task is in a container; @info is set then. */
static bool fill(struct sysinfo *info)
{
	struct vzctx *ctx = vzctx_get_of_current();

	if (!ctx)
		return false;
	memset(info, 0, sizeof(*info));
	fill_memory(ctx, info);
	fill_time(ctx, info);
	vzctx_put(ctx);
	return true;
}

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_SYSINFO), long, __x64_sys_sysinfo,
	      const struct pt_regs *, regs)
{
	struct sysinfo info;
	long ret = 0;

	if (!fill(&info))
		ret = vzctx_original(__x64_sys_sysinfo)(regs);
	else if (copy_to_user((void __user *)regs->di, &info, sizeof(info)))
		ret = -EFAULT;
	vzctx_stay_end();
	return ret;
}

#ifdef CONFIG_IA32_EMULATION
/* As 32-bit programs know it. */
struct sysinfo32 {
	s32 uptime;
	u32 loads[3];
	u32 totalram;
	u32 freeram;
	u32 sharedram;
	u32 bufferram;
	u32 totalswap;
	u32 freeswap;
	u16 procs;
	u16 pad;
	u32 totalhigh;
	u32 freehigh;
	u32 mem_unit;
	char room[8];
};

/* In the smallest unit in which all of it can be told, and no larger than a page. */
static void narrow(const struct sysinfo *from, struct sysinfo32 *to)
{
	unsigned int shift = 0;
	int i;

	while (shift < PAGE_SHIFT &&
	       (from->totalram >> shift > U32_MAX || from->totalswap >> shift > U32_MAX))
		shift++;
	if (shift)
		shift = PAGE_SHIFT;
	memset(to, 0, sizeof(*to));
	to->uptime = from->uptime;
	for (i = 0; i < 3; i++)
		to->loads[i] = from->loads[i];
	to->totalram = from->totalram >> shift;
	to->freeram = from->freeram >> shift;
	to->sharedram = from->sharedram >> shift;
	to->totalswap = from->totalswap >> shift;
	to->freeswap = from->freeswap >> shift;
	to->procs = from->procs;
	to->mem_unit = 1U << shift;
}

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_SYSINFO), long, __ia32_compat_sys_sysinfo,
	      const struct pt_regs *, regs)
{
	struct sysinfo32 small;
	struct sysinfo info;
	long ret = 0;

	BUILD_BUG_ON(sizeof(small) != 64);
	if (!fill(&info)) {
		ret = vzctx_original(__ia32_compat_sys_sysinfo)(regs);
	} else {
		narrow(&info, &small);
		if (copy_to_user(compat_ptr(regs->bx), &small, sizeof(small)))
			ret = -EFAULT;
	}
	vzctx_stay_end();
	return ret;
}
#endif

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED_IF(host, __x64_sys_sysinfo, vzctx_hook_inside),
#ifdef CONFIG_IA32_EMULATION
	VZCTX_HOOK_GROUPED_IF(host, __ia32_compat_sys_sysinfo, vzctx_hook_inside),
#endif
};

const struct vzctx_hook_table vzctx_view_sysinfo = {
	rows, ARRAY_SIZE(rows), NULL
};
