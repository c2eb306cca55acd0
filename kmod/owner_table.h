/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the owner table from inside, for the rooms of owners
 */
#ifndef _VZCTX_OWNER_TABLE_H
#define _VZCTX_OWNER_TABLE_H

#include <linux/spinlock_types.h>
#include <linux/types.h>

struct vzctx_owner;

int vzctx_owner_table_init(void);
void vzctx_owner_table_uninit(void);

raw_spinlock_t *vzctx_owner_lock(u32 bucket);
struct vzctx_owner *vzctx_owner_find(u32 bucket, const void *obj, u32 res);
void vzctx_owner_hash(u32 bucket, struct vzctx_owner *own);
void vzctx_owner_unhash(struct vzctx_owner *own);

/* owner.c */
void vzctx_owner_settle(struct vzctx_owner *own);
int vzctx_owner_refusal(u32 res);

#endif /* _VZCTX_OWNER_TABLE_H */
