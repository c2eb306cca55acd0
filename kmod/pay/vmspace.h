/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the address spaces of a context hold
 *
 * Every address space (mm) of a context has an owner entry for each resource
 * here. The kernel keeps the figure itself, in the mm; the entry stands for it
 * with units that are never fewer:
 *
 *	SETTLED	nothing is being added: units >= figure; taken away unseen
 *	OPEN	between vzctx_vm_open() and vzctx_vm_close(): units are what the
 *		figure will be
 *	GRANTED	vzctx_vm_grant() allowed a growth, of whose end nobody tells:
 *		settled as soon as the mmap lock can be had
 *
 * Growing, opening and closing happen under the mmap lock held for writing.
 */
#ifndef _VZCTX_VMSPACE_H
#define _VZCTX_VMSPACE_H

#include <linux/types.h>
#include <uapi/linux/beancounter.h>

#include "base/bc.h"

struct mm_struct;
struct pid_namespace;
struct task_struct;
struct vzctx;
struct vzctx_owner;

int vzctx_vm_open(struct mm_struct *mm, u32 res, unsigned long grow);
void vzctx_vm_close(struct mm_struct *mm, u32 res);
int vzctx_vm_grant(struct mm_struct *mm, u32 res, unsigned long grow,
		   enum vzctx_severity severity, bool may_reclaim);

unsigned long vzctx_vm_recount(struct vzctx *ctx, u32 res);

/* For vmspace_life.c only: the state of an entry, as above, and its making. */
enum vm_state { SETTLED, OPEN, GRANTED };

unsigned long vzctx_vm_figure(const struct mm_struct *mm, u32 res);
void vzctx_vm_set_units(struct vzctx_owner *own, unsigned long units);
int vzctx_vm_new_entry(struct vzctx *ctx, const void *key, u32 res,
		       unsigned long units, enum vzctx_severity severity,
		       gfp_t gfp);

#endif /* _VZCTX_VMSPACE_H */
