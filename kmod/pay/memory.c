// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what a container has of memory and swap, and what is in it
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/page_counter.h>
#include <linux/string.h>
#include <linux/swap.h>

#include "kern/known.h"
#include "pay/memcg.h"
#include "pay/memory.h"

VZCTX_CALL(VZCTX_FOR_NONE, void, si_swapinfo, struct sysinfo *, val);

static struct vzctx_call calls[] = { VZCTX_CALL_ROW(si_swapinfo) };

static const int items[VZCTX_MEM_FIGURES] = {
	[VZCTX_MEM_INACTIVE_ANON] = NR_INACTIVE_ANON,
	[VZCTX_MEM_ACTIVE_ANON] = NR_ACTIVE_ANON,
	[VZCTX_MEM_INACTIVE_FILE] = NR_INACTIVE_FILE,
	[VZCTX_MEM_ACTIVE_FILE] = NR_ACTIVE_FILE,
	[VZCTX_MEM_UNEVICTABLE] = NR_UNEVICTABLE,
	[VZCTX_MEM_FILE] = NR_FILE_PAGES,
	[VZCTX_MEM_FILE_DIRTY] = NR_FILE_DIRTY,
	[VZCTX_MEM_WRITEBACK] = NR_WRITEBACK,
	[VZCTX_MEM_MAPPED] = NR_FILE_MAPPED,
	[VZCTX_MEM_ANON] = NR_ANON_MAPPED,
	[VZCTX_MEM_SHMEM] = NR_SHMEM,
#ifdef CONFIG_SWAP
	[VZCTX_MEM_SWAPCACHE] = NR_SWAPCACHE,
#endif
	[VZCTX_MEM_PAGETABLE] = NR_PAGETABLE,
	[VZCTX_MEM_ANON_THPS] = NR_ANON_THPS,
	[VZCTX_MEM_SHMEM_THPS] = NR_SHMEM_THPS,
	[VZCTX_MEM_FILE_THPS] = NR_FILE_THPS,
	[VZCTX_MEM_KERNEL_STACK_KB] = NR_KERNEL_STACK_KB,
	[VZCTX_MEM_SLAB_RECLAIMABLE] = NR_SLAB_RECLAIMABLE_B,
	[VZCTX_MEM_SLAB_UNRECLAIMABLE] = NR_SLAB_UNRECLAIMABLE_B,
	[VZCTX_MEM_PERCPU] = MEMCG_PERCPU_B,
};

/** vzctx_memory_init() - says which function of the kernel will be called */
void __init vzctx_memory_init(void)
{
	vzctx_calls_expect(calls, ARRAY_SIZE(calls));
}

/**
 * vzctx_memory_find() - finds what is needed to read it; sleeps
 *
 * For the binding of each context, with the control mutex held.
 */
void vzctx_memory_find(void)
{
	vzctx_calls_find(calls, ARRAY_SIZE(calls));
}

/* What the host has, which none can have more of. */
static void read_total(struct vzctx_memory *mem)
{
	struct sysinfo host = {};

	vzctx_call(si_swapinfo)(&host);
	mem->total = totalram_pages();
	mem->swap_total = host.totalswap;
	mem->swap_used = host.totalswap - host.freeswap;
}

static void read_host(struct vzctx_memory *mem)
{
	struct sysinfo host = {};

	si_meminfo(&host);
	mem->used = host.totalram - host.freeram;
	mem->n[VZCTX_MEM_SHMEM] = host.sharedram;
}

/* What the cgroup and those above it leave it of what the host has. */
static void bound(struct mem_cgroup *memcg, struct vzctx_memory *mem)
{
	for (; memcg; memcg = parent_mem_cgroup(memcg)) {
		mem->total = min(mem->total, READ_ONCE(memcg->memory.max));
		mem->swap_total = min(mem->swap_total, READ_ONCE(memcg->swap.max));
	}
}

static void reckon(struct vzctx_memory *mem)
{
	unsigned long *n = mem->n, pages;

	mem->used = min(mem->used, mem->total);
	mem->swap_used = min(mem->swap_used, mem->swap_total);
	mem->cached = n[VZCTX_MEM_FILE] - min(n[VZCTX_MEM_FILE], n[VZCTX_MEM_SWAPCACHE]);
	pages = mem->total - mem->used + n[VZCTX_MEM_ACTIVE_FILE] +
		n[VZCTX_MEM_INACTIVE_FILE] +
		(n[VZCTX_MEM_SLAB_RECLAIMABLE] >> PAGE_SHIFT);
	mem->available = min(pages, mem->total);
}

/**
 * vzctx_memory_read() - reads the memory of a container
 * @ctx: whose; referenced by the caller
 * @mem: set; the host's, and that incompletely, if it has no memory cgroup
 *
 * Sleeps.
 *
 * Return: whether it has one.
 */
bool vzctx_memory_read(struct vzctx *ctx, struct vzctx_memory *mem)
{
	struct mem_cgroup *memcg = vzctx_memcg_get(ctx);
	unsigned int i;

	memset(mem, 0, sizeof(*mem));
	read_total(mem);
	if (!memcg) {
		read_host(mem);
		return false;
	}
	vzctx_memcg_flush(memcg);
	for (i = 0; i < VZCTX_MEM_FIGURES; i++)
		mem->n[i] = vzctx_memcg_state(memcg, items[i]);
	bound(memcg, mem);
	mem->used = page_counter_read(&memcg->memory);
	mem->swap_used = page_counter_read(&memcg->swap);
	css_put(&memcg->css);
	reckon(mem);
	return true;
}
