// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - who may use the doors
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/user_namespace.h>
#include <net/sock.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "door/may.h"

/**
 * vzctx_may() - tells whether the calling task may use an open door
 * @door: the file it came by, or NULL if that is gone
 * @extack: gets the reason of a refusal; may be NULL
 *
 * To be asked at each request: a descriptor may have been handed over. The opener
 * is asked as well as the caller, so that a privileged program cannot be talked
 * into using a door that is not its own.
 *
 * Return: 0 or -EPERM.
 */
int vzctx_may(const struct file *door, struct netlink_ext_ack *extack)
{
	struct vzctx *ctx;

	if (!capable(CAP_SYS_ADMIN) || !door ||
	    !file_ns_capable(door, &init_user_ns, CAP_SYS_ADMIN)) {
		NL_SET_ERR_MSG(extack, "needs CAP_SYS_ADMIN in the initial user namespace");
		return -EPERM;
	}
	ctx = vzctx_get_of_current();
	if (ctx) {
		vzctx_put(ctx);
		NL_SET_ERR_MSG(extack, "not from inside a container");
		return -EPERM;
	}
	return 0;
}

/**
 * vzctx_may_netlink() - likewise for a request by netlink
 * @request: the message; a dump may be continued by somebody else
 * @extack: gets the reason of a refusal
 *
 * Return: as vzctx_may().
 */
int vzctx_may_netlink(struct sk_buff *request, struct netlink_ext_ack *extack)
{
	struct socket *sock = NETLINK_CB(request).sk->sk_socket;

	return vzctx_may(sock ? sock->file : NULL, extack);
}
