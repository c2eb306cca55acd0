/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - address spaces of a context: how they begin and end
 */
#ifndef _VZCTX_VMSPACE_LIFE_H
#define _VZCTX_VMSPACE_LIFE_H

#include <linux/types.h>

struct mm_struct;
struct pid_namespace;
struct task_struct;
struct vzctx;

int vzctx_vm_fork(struct task_struct *child, struct pid_namespace *pid_ns,
		  unsigned long clone_flags);
void vzctx_vm_fork_failed(struct task_struct *child);
void vzctx_vm_dup(struct mm_struct *oldmm, struct mm_struct *newmm);
int vzctx_vm_exec(struct mm_struct *mm, unsigned long grow);
int vzctx_vm_lock_segment(const void *segment, unsigned long pages);
int vzctx_vm_lock_huge(struct mm_struct *mm, const void *key,
		       unsigned long pages);
void vzctx_vm_exit(struct mm_struct *mm);
int vzctx_vm_adopt(struct vzctx *ctx, struct task_struct *init);

#endif /* _VZCTX_VMSPACE_LIFE_H */
