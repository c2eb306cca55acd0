/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what one source of the module keeps for each context
 *
 * main.c has the table of parts. So a source with a share in every context is a
 * row there, and the life of a context (life.c) knows none of them by name.
 */
#ifndef _VZCTX_PART_H
#define _VZCTX_PART_H

struct vzctx;

/**
 * struct vzctx_part - one source's share in the life of a context
 * @alloc: makes it. Nobody else knows the context yet. 0 or -errno
 * @born: the context is known; it may have ended, but is not let go
 * @ended: the last task is gone; before the end is announced. Runs in the exiting
 *	init, so it must not wait for the control mutex
 * @release: nobody finds the context any more, since a grace period: gives back
 *	what refers to something outside of it. Charges may be left
 * @final: no charge and no other reference is left; the context is still listed
 * @free: undoes @alloc
 *
 * Any of them may be NULL; all may sleep. @alloc and @born are called in the order
 * of the table with the control mutex held, the others without it, in the reverse
 * order.
 */
struct vzctx_part {
	int (*alloc)(struct vzctx *ctx);
	void (*born)(struct vzctx *ctx);
	void (*ended)(struct vzctx *ctx);
	void (*release)(struct vzctx *ctx);
	void (*final)(struct vzctx *ctx);
	void (*free)(struct vzctx *ctx);
};

#endif /* _VZCTX_PART_H */
