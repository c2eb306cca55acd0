/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - who may use the doors
 */
#ifndef _VZCTX_MAY_H
#define _VZCTX_MAY_H

struct file;
struct netlink_ext_ack;
struct sk_buff;

int vzctx_may(const struct file *door, struct netlink_ext_ack *extack);
int vzctx_may_netlink(struct sk_buff *request, struct netlink_ext_ack *extack);

#endif /* _VZCTX_MAY_H */
