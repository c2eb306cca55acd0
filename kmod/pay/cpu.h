/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - processor time, uptime and load of a context
 */
#ifndef _VZCTX_CPU_H
#define _VZCTX_CPU_H

#include "base/cputime.h"

struct vzctx;
struct vzctx_owner;
struct vzctx_part;

extern const struct vzctx_part vzctx_cpu_part;

/* Any context. */
void vzctx_cpu_join(struct vzctx_owner *own);
void vzctx_cpu_leave(struct vzctx_owner *own);

void vzctx_cpu_get(struct vzctx *ctx, struct vzctx_cpu_stat *stat);

void vzctx_cpu_shut(void);
void vzctx_cpu_uninit(void);

#endif /* _VZCTX_CPU_H */
