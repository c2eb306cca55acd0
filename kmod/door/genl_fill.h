/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - door: what generic netlink messages contain
 */
#ifndef _VZCTX_GENL_FILL_H
#define _VZCTX_GENL_FILL_H

#include <linux/types.h>

struct sk_buff;
struct vzctx;
struct vzctx_ended;
struct vzctx_event;

int vzctx_genl_fill_info(struct sk_buff *skb);
int vzctx_genl_fill_res(struct sk_buff *skb, u32 id);
int vzctx_genl_fill_ctx(struct sk_buff *skb, struct vzctx *ctx);
int vzctx_genl_fill_last(struct sk_buff *skb, const struct vzctx_ended *last);
int vzctx_genl_fill_event(struct sk_buff *skb, const struct vzctx_event *event);

#endif /* _VZCTX_GENL_FILL_H */
