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
#include <linux/string.h>
#include <linux/vm_event_item.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>

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

/* Room for every line, with the largest of figures. */
#define ROOM	2048

/* A line, as seq_put_decimal_ull_width() would make it, which is not exported. */
static void kb(char **at, const char *name, unsigned long kb)
{
	unsigned int len = 0, blanks;
	char digits[20];

	do {
		digits[len++] = '0' + kb % 10;
		kb /= 10;
	} while (kb);
	while (*name)
		*(*at)++ = *name++;
	for (blanks = len; blanks < 8; blanks++)
		*(*at)++ = ' ';
	while (len)
		*(*at)++ = digits[--len];
	memcpy(*at, " kB\n", 4);
	*at += 4;
}

static void pages(char **at, const char *name, unsigned long pages)
{
	kb(at, name, pages << (PAGE_SHIFT - 10));
}

static void show_lists(char **at, const struct vzctx_memory *mem)
{
	unsigned long anon = mem->n[VZCTX_MEM_ACTIVE_ANON];
	unsigned long file = mem->n[VZCTX_MEM_ACTIVE_FILE];
	unsigned long old_anon = mem->n[VZCTX_MEM_INACTIVE_ANON];
	unsigned long old_file = mem->n[VZCTX_MEM_INACTIVE_FILE];

	pages(at, "Active:         ", anon + file);
	pages(at, "Inactive:       ", old_anon + old_file);
	pages(at, "Active(anon):   ", anon);
	pages(at, "Inactive(anon): ", old_anon);
	pages(at, "Active(file):   ", file);
	pages(at, "Inactive(file): ", old_file);
	pages(at, "Unevictable:    ", mem->n[VZCTX_MEM_UNEVICTABLE]);
}

static void show_kernel(char **at, const struct vzctx_memory *mem)
{
	unsigned long fleeting = mem->n[VZCTX_MEM_SLAB_RECLAIMABLE] >> 10;
	unsigned long lasting = mem->n[VZCTX_MEM_SLAB_UNRECLAIMABLE] >> 10;

	kb(at, "KReclaimable:   ", fleeting);
	kb(at, "Slab:           ", fleeting + lasting);
	kb(at, "SReclaimable:   ", fleeting);
	kb(at, "SUnreclaim:     ", lasting);
	kb(at, "KernelStack:    ", mem->n[VZCTX_MEM_KERNEL_STACK_KB]);
	pages(at, "PageTables:     ", mem->n[VZCTX_MEM_PAGETABLE]);
}

static void show_all(char **at, struct vzctx *ctx, const struct vzctx_memory *mem)
{
	struct vzctx_bc_state promised, locked;

	vzctx_bc_read(&ctx->bc[UB_PRIVVMPAGES], &promised);
	vzctx_bc_read(&ctx->bc[UB_LOCKEDPAGES], &locked);
	pages(at, "MemTotal:       ", mem->total);
	pages(at, "MemFree:        ", mem->total - mem->used);
	pages(at, "MemAvailable:   ", mem->available);
	pages(at, "Buffers:        ", 0);
	pages(at, "Cached:         ", mem->cached);
	pages(at, "SwapCached:     ", mem->n[VZCTX_MEM_SWAPCACHE]);
	show_lists(at, mem);
	pages(at, "Mlocked:        ", locked.held);
	pages(at, "SwapTotal:      ", mem->swap_total);
	pages(at, "SwapFree:       ", mem->swap_total - mem->swap_used);
	pages(at, "Dirty:          ", mem->n[VZCTX_MEM_FILE_DIRTY]);
	pages(at, "Writeback:      ", mem->n[VZCTX_MEM_WRITEBACK]);
	pages(at, "AnonPages:      ", mem->n[VZCTX_MEM_ANON]);
	pages(at, "Mapped:         ", mem->n[VZCTX_MEM_MAPPED]);
	pages(at, "Shmem:          ", mem->n[VZCTX_MEM_SHMEM]);
	show_kernel(at, mem);
	pages(at, "CommitLimit:    ", mem->total + mem->swap_total);
	pages(at, "Committed_AS:   ", promised.held);
	kb(at, "VmallocTotal:   ", (unsigned long)VMALLOC_TOTAL >> 10);
	kb(at, "VmallocUsed:    ", 0);
	kb(at, "VmallocChunk:   ", 0);
	kb(at, "Percpu:         ", mem->n[VZCTX_MEM_PERCPU] >> 10);
	pages(at, "AnonHugePages:  ", mem->n[VZCTX_MEM_ANON_THPS]);
	pages(at, "ShmemHugePages: ", mem->n[VZCTX_MEM_SHMEM_THPS]);
	pages(at, "FileHugePages:  ", mem->n[VZCTX_MEM_FILE_THPS]);
}

/* What does not fit is shown once more, with more room. */
static void show(struct seq_file *m, struct vzctx *ctx, const struct vzctx_memory *mem)
{
	char *from, *at;

	if (seq_get_buf(m, &from) < ROOM) {
		seq_commit(m, -1);
		return;
	}
	at = from;
	show_all(&at, ctx, mem);
	seq_commit(m, at - from);
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

/* Where the kernel's figures of one look have the kills for lack of memory. */
#define OOM_KILLS	(NR_VM_ZONE_STAT_ITEMS + NR_VM_NUMA_EVENT_ITEMS +	\
			 NR_VM_NODE_STAT_ITEMS + NR_VM_STAT_ITEMS + OOM_KILL)

/* Only this figure is the container's. The figures are the reader's, and freed after. */
VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_VMSTAT), void *, vmstat_start,
	      struct seq_file *, m, loff_t *, pos)
{
	void *v = vzctx_original(vmstat_start)(m, pos);
	struct vzctx *ctx = vzctx_get_of_current();
	struct vzctx_bc_state bc;

	if (ctx) {
		vzctx_bc_read(&ctx->bc[UB_OOMGUARPAGES], &bc);
		if (!IS_ERR_OR_NULL(v))
			((unsigned long *)m->private)[OOM_KILLS] = bc.failcnt;
		vzctx_put(ctx);
	}
	vzctx_stay_end();
	return v;
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
	VZCTX_HOOK_GROUPED_IF(host, vmstat_start, vzctx_hook_inside),
};

const struct vzctx_hook_table vzctx_view_memory = {
	rows, ARRAY_SIZE(rows), find_calls, calls, ARRAY_SIZE(calls)
};
