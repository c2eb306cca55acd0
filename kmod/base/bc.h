/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - beancounter arithmetic
 */
#ifndef _VZCTX_BC_H
#define _VZCTX_BC_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/limits.h>
#include <linux/types.h>

/** Largest value of held, barrier and limit; as a barrier or limit: none. */
#define VZCTX_BC_MAX	((unsigned long)LONG_MAX)

/**
 * enum vzctx_severity - how far a charge may go
 * @VZCTX_HARD: refused above the barrier (or the limit, if that is lower)
 * @VZCTX_SOFT: refused above the limit
 * @VZCTX_FORCE: never refused
 */
enum vzctx_severity {
	VZCTX_HARD,
	VZCTX_SOFT,
	VZCTX_FORCE,
};

/**
 * struct vzctx_bc - one beancounter of one context
 * @held: units charged now; written with compare-and-exchange by any CPU
 * @maxheld: highest @held so far, but for what was given back because the request
 *	failed elsewhere; may lag a concurrent charge by an instant
 * @failcnt: refused requests
 * @barrier: see enum vzctx_severity; written under the control mutex, read
 *	anywhere with READ_ONCE()
 * @limit: likewise
 *
 * Units are the resource's. Every member may be read at any time without a
 * lock; members read together need not be of one instant.
 */
struct vzctx_bc {
	atomic_long_t held;
	atomic_long_t maxheld;
	atomic_long_t failcnt;
	unsigned long barrier;
	unsigned long limit;
} ____cacheline_aligned_in_smp;

/**
 * struct vzctx_bc_state - what a beancounter said when it was looked at
 * @held: units; of requests under way only as much as is below @maxheld
 * @maxheld: units; never below @held
 * @barrier: units
 * @limit: units
 * @failcnt: requests
 */
struct vzctx_bc_state {
	unsigned long held;
	unsigned long maxheld;
	unsigned long barrier;
	unsigned long limit;
	unsigned long failcnt;
};

void vzctx_bc_init(struct vzctx_bc *bc);
bool vzctx_bc_reserve(struct vzctx_bc *bc, unsigned long n,
		      enum vzctx_severity severity);
void vzctx_bc_mark(struct vzctx_bc *bc);
bool vzctx_bc_try(struct vzctx_bc *bc, unsigned long n,
		  enum vzctx_severity severity);
bool vzctx_bc_charge(struct vzctx_bc *bc, unsigned long n,
		     enum vzctx_severity severity);
void vzctx_bc_fail(struct vzctx_bc *bc);
bool vzctx_bc_uncharge(struct vzctx_bc *bc, unsigned long n);
void vzctx_bc_show(struct vzctx_bc *bc, unsigned long held);
void vzctx_bc_set(struct vzctx_bc *bc, unsigned long barrier,
		  unsigned long limit);
void vzctx_bc_read(const struct vzctx_bc *bc, struct vzctx_bc_state *state);
int vzctx_bc_selftest(void);

#endif /* _VZCTX_BC_H */
