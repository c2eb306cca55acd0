// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a conversation with the kernel about a network
 *
 * A socket stays in the network it was made in. So the caller goes to another one
 * only to make it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "net/rtnl_talk.h"

static int on_error(struct sockaddr_nl *who, struct nlmsgerr *e, void *arg)
{
	struct rtnl *rt = arg;

	(void)who;
	rt->err = e->error ? e->error : -EIO;
	rt->done = true;
	return NL_STOP;
}

static int on_last(struct nl_msg *msg, void *arg)
{
	struct rtnl *rt = arg;

	(void)msg;
	rt->done = true;
	return NL_STOP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct rtnl *rt = arg;

	if (rt->fn && !rt->err)
		rt->err = rt->fn(rt, nlmsg_hdr(msg));
	return NL_OK;
}

static int own_net(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Connects @rt, or without one opens the network. Return: 0, a descriptor, -errno. */
static int in_net(struct rtnl *rt, int pidfd)
{
	int home = -1, ret = 0;

	if (pidfd >= 0) {
		home = own_net();
		if (home < 0)
			return home;
		if (setns(pidfd, CLONE_NEWNET)) {
			ret = -errno;
			close(home);
			return ret;
		}
	}
	if (!rt)
		ret = own_net();
	else if (nl_connect(rt->sk, NETLINK_ROUTE) < 0)
		ret = -EIO;
	/* In the wrong network it must not go on. */
	if (home >= 0 && setns(home, CLONE_NEWNET))
		abort();
	if (home >= 0)
		close(home);
	return ret;
}

int rtnl_net(int pidfd)
{
	return in_net(NULL, pidfd);
}

int rtnl_open(struct rtnl **rtp, int pidfd)
{
	struct rtnl *rt = calloc(1, sizeof(*rt));
	int ret = -ENOMEM;

	if (rt)
		rt->sk = nl_socket_alloc();
	if (rt && rt->sk)
		ret = in_net(rt, pidfd);
	if (ret) {
		rtnl_close(rt);
		return ret;
	}
	nl_socket_modify_err_cb(rt->sk, NL_CB_CUSTOM, on_error, rt);
	nl_socket_modify_cb(rt->sk, NL_CB_ACK, NL_CB_CUSTOM, on_last, rt);
	nl_socket_modify_cb(rt->sk, NL_CB_FINISH, NL_CB_CUSTOM, on_last, rt);
	nl_socket_modify_cb(rt->sk, NL_CB_VALID, NL_CB_CUSTOM, on_valid, rt);
	*rtp = rt;
	return 0;
}

void rtnl_close(struct rtnl *rt)
{
	if (rt && rt->sk)
		nl_socket_free(rt->sk);
	free(rt);
}

struct nl_msg *rtnl_begin(int type, int flags, const void *head, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (msg && nlmsg_append(msg, (void *)head, len, NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

int rtnl_talk(struct rtnl *rt, struct nl_msg *msg, int err)
{
	int ret = !msg || err ? -ENOMEM : 0;

	rt->err = 0;
	rt->done = false;
	if (!ret && nl_send_auto(rt->sk, msg) < 0)
		ret = -EIO;
	nlmsg_free(msg);
	while (!ret && !rt->done)
		if (nl_recvmsgs_default(rt->sk) < 0 && !rt->done)
			ret = -EIO;
	return ret ? ret : rt->err;
}

int rtnl_ask(struct rtnl *rt, struct nl_msg *msg, int err, rtnl_fn *fn,
	     void *arg)
{
	int ret;

	rt->fn = fn;
	rt->arg = arg;
	ret = rtnl_talk(rt, msg, err);
	rt->fn = NULL;
	return ret;
}
