/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what follows a refusal, besides the refusal
 */
#ifndef _VZCTX_ACT_H
#define _VZCTX_ACT_H

#include <uapi/linux/vzctx.h>

struct file;
struct netlink_ext_ack;
struct vzctx;

struct file *vzctx_act_open(int fd, struct netlink_ext_ack *extack);
void vzctx_act_attach(struct vzctx *ctx, struct file *freezer);
void vzctx_act_release(struct vzctx *ctx);
void vzctx_act(struct vzctx *ctx, enum vzctx_action action, u32 res);

#endif /* _VZCTX_ACT_H */
