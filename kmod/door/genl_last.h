/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - door: what generic netlink tells of the past
 */
#ifndef _VZCTX_GENL_LAST_H
#define _VZCTX_GENL_LAST_H

struct genl_family;
struct netlink_callback;
struct sk_buff;

int vzctx_genl_last_dump(struct genl_family *family, struct sk_buff *skb,
			 struct netlink_callback *cb);
int vzctx_genl_why_dump(struct genl_family *family, struct sk_buff *skb,
			struct netlink_callback *cb);

#endif /* _VZCTX_GENL_LAST_H */
