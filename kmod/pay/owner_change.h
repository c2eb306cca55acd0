/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - charges that change while their object lives
 */
#ifndef _VZCTX_OWNER_CHANGE_H
#define _VZCTX_OWNER_CHANGE_H

#include "base/bc.h"

struct vzctx;
struct vzctx_owner;

/* Looks at a published entry and may change it; atomic, the lock is held. */
typedef void (*vzctx_owner_fn)(struct vzctx_owner *own, void *arg);

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
void vzctx_owner_forget(u32 mask);

#endif /* _VZCTX_OWNER_CHANGE_H */
