/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - charges that change while their object lives
 */
#ifndef _VZCTX_OWNER_CHANGE_H
#define _VZCTX_OWNER_CHANGE_H

#include "base/bc.h"

struct vzctx;
struct vzctx_owner;

/* How far a charge may go; @used: what the object uses already. Atomic. */
typedef enum vzctx_severity (*vzctx_owner_judge)(const struct vzctx *ctx,
						 u32 res, unsigned long used);

/**
 * struct vzctx_growth - more is wanted for an object that has an entry
 * @units: how many more
 * @judge: says how far the charge may go; NULL: as far as @severity
 * @severity: likewise
 * @used: for @judge: what the object is to use
 * @floor: once granted at least so much is charged in all, whatever the limit
 * @ahead: not in maxheld before vzctx_owner_keep()
 */
struct vzctx_growth {
	unsigned long units;
	vzctx_owner_judge judge;
	enum vzctx_severity severity;
	unsigned long used;
	unsigned long floor;
	bool ahead;
};

/* Looks at a published entry and may change it; atomic, the lock is held. */
typedef void (*vzctx_owner_fn)(struct vzctx_owner *own, void *arg);

unsigned long vzctx_owner_get(const struct vzctx_owner *own, u32 res);
void vzctx_owner_give(struct vzctx_owner *own, u32 res, unsigned long units);

int vzctx_owner_grow_by(const void *obj, u32 res, const struct vzctx_growth *by);
void vzctx_owner_rekey(const void *from, u32 res, const void *to);
struct vzctx *vzctx_owner_payer(const void *obj, u32 res);
int vzctx_owner_grow(const void *obj, u32 res, unsigned long units,
		     enum vzctx_severity severity);
int vzctx_owner_reserve(const void *obj, u32 res, unsigned long units,
			enum vzctx_severity severity);
void vzctx_owner_keep(const void *obj, u32 res);
void vzctx_owner_shrink(const void *obj, u32 res, unsigned long units);
bool vzctx_owner_look(const void *obj, u32 res, vzctx_owner_fn fn, void *arg);
void vzctx_owner_fit(const void *obj, u32 res, unsigned long low,
		     unsigned long high);
unsigned long vzctx_owner_units(const void *obj, u32 res);

#endif /* _VZCTX_OWNER_CHANGE_H */
