/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - door: addresses, by generic netlink
 */
#ifndef _VZCTX_GENL_NET_H
#define _VZCTX_GENL_NET_H

struct genl_family;
struct genl_info;
struct netlink_callback;
struct sk_buff;
struct vzctx;

int vzctx_genl_ip_change(struct genl_family *family, struct genl_info *info,
			 struct vzctx *ctx);
int vzctx_genl_ip_dump(struct genl_family *family, struct sk_buff *skb,
		       struct netlink_callback *cb);

#endif /* _VZCTX_GENL_NET_H */
