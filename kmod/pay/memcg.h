/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the memory cgroup of a context
 *
 * The one its init is in at the binding, for as long as the context runs:
 * moving tasks elsewhere moves what they take from then on out of sight, and
 * removing the cgroup leaves what is still charged to it.
 */
#ifndef _VZCTX_MEMCG_H
#define _VZCTX_MEMCG_H

#include "base/bc.h"

struct mem_cgroup;
struct task_struct;
struct vzctx;
struct vzctx_part;

extern const struct vzctx_part vzctx_memcg_part;

void vzctx_memcg_init(void);
int vzctx_memcg_adopt(struct vzctx *ctx, struct task_struct *init);
struct mem_cgroup *vzctx_memcg_get(struct vzctx *ctx);
void vzctx_memcg_flush(struct mem_cgroup *memcg);
unsigned long vzctx_memcg_state(struct mem_cgroup *memcg, int idx);
void vzctx_memcg_refresh(struct vzctx *ctx);
int vzctx_kmem_allow(struct vzctx *ctx, enum vzctx_severity severity);
void vzctx_memcg_killed(struct vzctx *ctx, struct task_struct *victim);

#endif /* _VZCTX_MEMCG_H */
