/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the entries of address spaces, for vmspace.c and vmspace_life.c
 */
#ifndef _VZCTX_VMSPACE_ENTRY_H
#define _VZCTX_VMSPACE_ENTRY_H

#include <linux/types.h>

#include "bc.h"

struct mm_struct;
struct vzctx;
struct vzctx_owner;

/* Of an entry; see vmspace.h. */
enum vm_state { SETTLED, OPEN, GRANTED };

unsigned long vzctx_vm_figure(const struct mm_struct *mm, u32 res);
void vzctx_vm_set_units(struct vzctx_owner *own, unsigned long units);
int vzctx_vm_new_entry(struct vzctx *ctx, const void *key, u32 res,
		       unsigned long units, enum vzctx_severity severity,
		       gfp_t gfp);

#endif /* _VZCTX_VMSPACE_ENTRY_H */
