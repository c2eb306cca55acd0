/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - owner entries kept for a context's next objects
 *
 * Making and freeing an entry costs more than everything else a charge does, the
 * account of its memory most of all. So each context keeps a few on each CPU. They
 * stay with the context whose memory cgroup paid for them.
 */
#ifndef _VZCTX_SPARE_H
#define _VZCTX_SPARE_H

struct vzctx;
struct vzctx_owner;
struct vzctx_spare;

struct vzctx_spare __percpu *vzctx_spare_alloc(void);
void vzctx_spare_free(struct vzctx_spare __percpu *spare);
struct vzctx_owner *vzctx_spare_take(struct vzctx *ctx);
bool vzctx_spare_keep(struct vzctx *ctx, struct vzctx_owner *own);

#endif /* _VZCTX_SPARE_H */
