/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what follows a refusal, besides the refusal
 */
#ifndef _VZCTX_ON_LIMIT_H
#define _VZCTX_ON_LIMIT_H

#include <uapi/linux/vzctx.h>

struct file;
struct netlink_ext_ack;
struct vzctx;
struct vzctx_part;

extern const struct vzctx_part vzctx_on_limit_part;

struct file *vzctx_on_limit_open(int fd, struct netlink_ext_ack *extack);
void vzctx_on_limit_attach(struct vzctx *ctx, struct file *freezer);
void vzctx_on_limit(struct vzctx *ctx, enum vzctx_action action, u32 res);

#endif /* _VZCTX_ON_LIMIT_H */
