// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - view: /proc/meminfo, /proc/swaps and kills in /proc/vmstat of a container
 *
 * The lines of meminfo are the kernel's own, in that order. Each figure is of the container's
 * memory cgroup and its beancounters; what is of no container is 0 (Buffers) or left
 * out (DirectMap). The pool of huge pages is the host's, for all.
 *
 * A container without a memory cgroup of its own sees the host's.
 */
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "base/view.h"
#include "kern/known.h"
#include "pay/memory.h"
#include "view/tables.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

VZCTX_CALL(VZCTX_FOR_NONE, void, hugetlb_report_meminfo, struct seq_file *, m);

static struct vzctx_call calls[] = { VZCTX_CALL_ROW(hugetlb_report_meminfo) };

static void kb(struct seq_file *m, const char *name, unsigned long kb)
{
	seq_printf(m, "%s%8lu kB\n", name, kb);
}

static void pages(struct seq_file *m, const char *name, unsigned long pages)
{
	kb(m, name, pages << (PAGE_SHIFT - 10));
}

static void show_lists(struct seq_file *m, const struct vzctx_memory *mem)
{
	unsigned long anon = mem->n[VZCTX_MEM_ACTIVE_ANON];
	unsigned long file = mem->n[VZCTX_MEM_ACTIVE_FILE];
	unsigned long old_anon = mem->n[VZCTX_MEM_INACTIVE_ANON];
	unsigned long old_file = mem->n[VZCTX_MEM_INACTIVE_FILE];

	pages(m, "Active:         ", anon + file);
	pages(m, "Inactive:       ", old_anon + old_file);
	pages(m, "Active(anon):   ", anon);
	pages(m, "Inactive(anon): ", old_anon);
	pages(m, "Active(file):   ", file);
	pages(m, "Inactive(file): ", old_file);
	pages(m, "Unevictable:    ", mem->n[VZCTX_MEM_UNEVICTABLE]);
}

static void show_kernel(struct seq_file *m, const struct vzctx_memory *mem)
{
	unsigned long fleeting = mem->n[VZCTX_MEM_SLAB_RECLAIMABLE] >> 10;
	unsigned long lasting = mem->n[VZCTX_MEM_SLAB_UNRECLAIMABLE] >> 10;

	kb(m, "KReclaimable:   ", fleeting);
	kb(m, "Slab:           ", fleeting + lasting);
	kb(m, "SReclaimable:   ", fleeting);
	kb(m, "SUnreclaim:     ", lasting);
	kb(m, "KernelStack:    ", mem->n[VZCTX_MEM_KERNEL_STACK_KB]);
	pages(m, "PageTables:     ", mem->n[VZCTX_MEM_PAGETABLE]);
}

static void show(struct seq_file *m, struct vzctx *ctx, const struct vzctx_memory *mem)
{
	struct vzctx_bc_state promised, locked;

	vzctx_bc_read(&ctx->bc[UB_PRIVVMPAGES], &promised);
	vzctx_bc_read(&ctx->bc[UB_LOCKEDPAGES], &locked);
	pages(m, "MemTotal:       ", mem->total);
	pages(m, "MemFree:        ", mem->total - mem->used);
	pages(m, "MemAvailable:   ", mem->available);
	pages(m, "Buffers:        ", 0);
	pages(m, "Cached:         ", mem->cached);
	pages(m, "SwapCached:     ", mem->n[VZCTX_MEM_SWAPCACHE]);
	show_lists(m, mem);
	pages(m, "Mlocked:        ", locked.held);
	pages(m, "SwapTotal:      ", mem->swap_total);
	pages(m, "SwapFree:       ", mem->swap_total - mem->swap_used);
	pages(m, "Dirty:          ", mem->n[VZCTX_MEM_FILE_DIRTY]);
	pages(m, "Writeback:      ", mem->n[VZCTX_MEM_WRITEBACK]);
	pages(m, "AnonPages:      ", mem->n[VZCTX_MEM_ANON]);
	pages(m, "Mapped:         ", mem->n[VZCTX_MEM_MAPPED]);
	pages(m, "Shmem:          ", mem->n[VZCTX_MEM_SHMEM]);
	show_kernel(m, mem);
	pages(m, "CommitLimit:    ", mem->total + mem->swap_total);
	pages(m, "Committed_AS:   ", promised.held);
	kb(m, "VmallocTotal:   ", (unsigned long)VMALLOC_TOTAL >> 10);
	kb(m, "VmallocUsed:    ", 0);
	kb(m, "VmallocChunk:   ", 0);
	kb(m, "Percpu:         ", mem->n[VZCTX_MEM_PERCPU] >> 10);
	pages(m, "AnonHugePages:  ", mem->n[VZCTX_MEM_ANON_THPS]);
	pages(m, "ShmemHugePages: ", mem->n[VZCTX_MEM_SHMEM_THPS]);
	pages(m, "FileHugePages:  ", mem->n[VZCTX_MEM_FILE_THPS]);
	vzctx_call(hugetlb_report_meminfo)(m);
}

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_MEMINFO), int, meminfo_proc_show,
	      struct seq_file *, m, void *, v)
{
	struct vzctx *ctx = vzctx_get_of_current();
	struct vzctx_memory mem;
	int ret = 0;

	if (ctx && vzctx_memory_read(ctx, &mem))
		show(m, ctx, &mem);
	else
		ret = vzctx_original(meminfo_proc_show)(m, v);
	if (ctx)
		vzctx_put(ctx);
	vzctx_stay_end();
	return ret;
}

/* One device, of no name. */
static void show_swap(struct seq_file *m, const struct vzctx_memory *mem)
{
	seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	if (mem->swap_total)
		seq_printf(m, "%-40svirtual\t\t%lu\t\t%lu\t\t0\n", "none",
			   mem->swap_total << (PAGE_SHIFT - 10),
			   mem->swap_used << (PAGE_SHIFT - 10));
}

/* The head is shown with the line, the devices are not. */
VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_SWAPS), int, swap_show,
	      struct seq_file *, swap, void *, v)
{
	struct vzctx *ctx = vzctx_get_of_current();
	struct vzctx_memory mem;
	int ret = 0;

	if (ctx && vzctx_memory_read(ctx, &mem)) {
		if (v == SEQ_START_TOKEN)
			show_swap(swap, &mem);
	} else {
		ret = vzctx_original(swap_show)(swap, v);
	}
	if (ctx)
		vzctx_put(ctx);
	vzctx_stay_end();
	return ret;
}

/* Only this figure is the container's. */
static void put_kills(struct seq_file *m, size_t from)
{
	struct vzctx_bc_state bc;
	struct vzctx *ctx;

	if (seq_has_overflowed(m) || strncmp(m->buf + from, "oom_kill ", 9))
		return;
	ctx = vzctx_get_of_current();
	if (!ctx)
		return;
	vzctx_bc_read(&ctx->bc[UB_OOMGUARPAGES], &bc);
	vzctx_put(ctx);
	m->count = from;
	seq_printf(m, "oom_kill %lu\n", bc.failcnt);
}

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_VMSTAT), int, vmstat_show,
	      struct seq_file *, m, void *, arg)
{
	size_t from = m->count;
	int ret = vzctx_original(vmstat_show)(m, arg);

	if (!ret)
		put_kills(m, from);
	vzctx_stay_end();
	return ret;
}

static int find_calls(struct vzctx *ctx, struct task_struct *init)
{
	vzctx_memory_find();
	vzctx_calls_find(calls, ARRAY_SIZE(calls));
	return 0;
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED_IF(host, meminfo_proc_show, vzctx_hook_inside),
	VZCTX_HOOK_GROUPED_IF(host, swap_show, vzctx_hook_inside),
	VZCTX_HOOK_GROUPED_IF(host, vmstat_show, vzctx_hook_inside),
};

const struct vzctx_hook_table vzctx_view_memory = {
	rows, ARRAY_SIZE(rows), find_calls, calls, ARRAY_SIZE(calls)
};
