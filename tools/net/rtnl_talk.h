/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a conversation with the kernel about a network of choice
 *
 * What is said in it stands in rtnl.h and its like. Every function returns 0 or a
 * negative errno, exactly the kernel's, where nothing else is said.
 */
#ifndef _VZCTX_NET_RTNL_TALK_H
#define _VZCTX_NET_RTNL_TALK_H

#include <stdbool.h>
#include <stddef.h>

struct nl_msg;
struct nl_sock;
struct nlmsghdr;
struct rtnl;

/** @pidfd: in whose network; -1: in that of the caller */
int rtnl_open(struct rtnl **rtp, int pidfd);

/** NULL-safe. */
void rtnl_close(struct rtnl *rt);

/** Return: a descriptor of that network, to be closed; or -errno. */
int rtnl_net(int pidfd);

/* For what makes requests. */

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
