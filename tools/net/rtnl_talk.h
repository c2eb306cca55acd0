/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a conversation with the kernel about a network
 *
 * For what makes requests of it; everybody else has rtnl.h and its like.
 */
#ifndef _VZCTX_NET_RTNL_TALK_H
#define _VZCTX_NET_RTNL_TALK_H

#include <stdbool.h>
#include <stddef.h>

#include <netlink/msg.h>
#include <netlink/netlink.h>

struct rtnl;

/** Judges one message of an answer. Return: 0 or -errno, which ends the request. */
typedef int rtnl_fn(struct rtnl *rt, struct nlmsghdr *nlh);

/** struct rtnl - the connection, and the request under way */
struct rtnl {
	struct nl_sock *sk;
	int err;
	bool done;
	rtnl_fn *fn;
	void *arg;		/* of @fn */
};

/** A message that begins with a header of its type; NULL without memory. */
struct nl_msg *rtnl_begin(int type, int flags, const void *head, size_t len);

/**
 * rtnl_talk - sends a request and waits for the kernel's verdict
 * @msg: freed in any case; NULL counts as no memory
 * @err: of putting the attributes into it, 0 for success
 *
 * Return: 0 or the kernel's -errno.
 */
int rtnl_talk(struct rtnl *rt, struct nl_msg *msg, int err);

/** rtnl_ask - rtnl_talk(), and @fn for each message of the answer */
int rtnl_ask(struct rtnl *rt, struct nl_msg *msg, int err, rtnl_fn *fn,
	     void *arg);

#endif /* _VZCTX_NET_RTNL_TALK_H */
