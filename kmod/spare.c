// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - owner entries kept for a context's next objects
 */
#include <linux/irqflags.h>
#include <linux/percpu.h>

#include "ctx.h"
#include "limits.h"
#include "owner.h"
#include "spare.h"

/**
 * struct vzctx_spare - the entries of one context on one CPU
 * @first: linked through the entry's node.next; with interrupts off, since an
 *	interrupt may free objects
 * @nr: how many; likewise
 */
struct vzctx_spare {
	struct hlist_node *first;
	unsigned int nr;
};

/**
 * vzctx_spare_alloc() - makes room for a context's spare entries
 *
 * Context: Process; sleeps.
 * Return: for struct vzctx, or NULL.
 */
struct vzctx_spare __percpu *vzctx_spare_alloc(void)
{
	return alloc_percpu(struct vzctx_spare);
}

/**
 * vzctx_spare_free() - frees the entries and their room
 * @spare: from vzctx_spare_alloc(); no reference to the context is left
 */
void vzctx_spare_free(struct vzctx_spare __percpu *spare)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct hlist_node *node = per_cpu_ptr(spare, cpu)->first;

		while (node) {
			struct vzctx_owner *own;

			own = hlist_entry(node, struct vzctx_owner, node);
			node = node->next;
			vzctx_owner_free(own);
		}
	}
	free_percpu(spare);
}

/**
 * vzctx_spare_take() - takes an entry that was kept
 * @ctx: whose
 *
 * Any context.
 *
 * Return: an entry whose members say nothing, or NULL if none is kept here.
 */
struct vzctx_owner *vzctx_spare_take(struct vzctx *ctx)
{
	struct vzctx_spare *spare;
	struct hlist_node *node;
	unsigned long flags;

	local_irq_save(flags);
	spare = this_cpu_ptr(ctx->spare);
	node = spare->first;
	if (node) {
		spare->first = node->next;
		spare->nr--;
	}
	local_irq_restore(flags);
	return node ? hlist_entry(node, struct vzctx_owner, node) : NULL;
}

/**
 * vzctx_spare_keep() - keeps an entry that charges nobody any more
 * @ctx: who was charged by it; referenced by the caller
 * @own: the entry
 *
 * Any context.
 *
 * Return: false if enough are kept here; the caller frees it then.
 */
bool vzctx_spare_keep(struct vzctx *ctx, struct vzctx_owner *own)
{
	struct vzctx_spare *spare;
	unsigned long flags;
	bool kept;

	local_irq_save(flags);
	spare = this_cpu_ptr(ctx->spare);
	kept = spare->nr < VZCTX_OWNER_SPARE;
	if (kept) {
		own->node.next = spare->first;
		spare->first = &own->node;
		spare->nr++;
	}
	local_irq_restore(flags);
	return kept;
}
