/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - counters that are looked up when somebody asks
 */
#ifndef _VZCTX_REFRESH_H
#define _VZCTX_REFRESH_H

struct vzctx;

void vzctx_res_refresh(struct vzctx *ctx);

#endif /* _VZCTX_REFRESH_H */
