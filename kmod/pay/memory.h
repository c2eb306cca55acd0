/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what a container has of memory and swap, and what is in it
 */
#ifndef _VZCTX_MEMORY_H
#define _VZCTX_MEMORY_H

#include <linux/types.h>

struct vzctx;

/** enum vzctx_mem_figure - figures of memory.stat; pages, where no unit is named */
enum vzctx_mem_figure {
	VZCTX_MEM_INACTIVE_ANON,
	VZCTX_MEM_ACTIVE_ANON,
	VZCTX_MEM_INACTIVE_FILE,
	VZCTX_MEM_ACTIVE_FILE,
	VZCTX_MEM_UNEVICTABLE,
	VZCTX_MEM_FILE,
	VZCTX_MEM_FILE_DIRTY,
	VZCTX_MEM_WRITEBACK,
	VZCTX_MEM_MAPPED,
	VZCTX_MEM_ANON,
	VZCTX_MEM_SHMEM,
	VZCTX_MEM_SWAPCACHE,
	VZCTX_MEM_PAGETABLE,
	VZCTX_MEM_ANON_THPS,
	VZCTX_MEM_SHMEM_THPS,
	VZCTX_MEM_FILE_THPS,
	VZCTX_MEM_KERNEL_STACK_KB,
	VZCTX_MEM_SLAB_RECLAIMABLE,	/* bytes */
	VZCTX_MEM_SLAB_UNRECLAIMABLE,	/* bytes */
	VZCTX_MEM_PERCPU,		/* bytes */
	VZCTX_MEM_FIGURES,
};

/**
 * struct vzctx_memory - memory of a container
 * @total: what it may have: the lowest limit above it, and no more than the host has
 * @used: what it has; not above @total
 * @available: what it could have without swapping
 * @cached: files in memory
 * @swap_total: as @total
 * @swap_used: as @used
 * @n: more figures
 *
 * In pages.
 */
struct vzctx_memory {
	unsigned long total;
	unsigned long used;
	unsigned long available;
	unsigned long cached;
	unsigned long swap_total;
	unsigned long swap_used;
	unsigned long n[VZCTX_MEM_FIGURES];
};

void vzctx_memory_init(void);
void vzctx_memory_find(void);
bool vzctx_memory_read(struct vzctx *ctx, struct vzctx_memory *mem);

#endif /* _VZCTX_MEMORY_H */
