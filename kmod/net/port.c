// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a context's share in the network: its device and its addresses
 *
 * Promised: the host has one device for as long as the module is loaded. A context
 * has one from its first address until it ends, or until its network namespace
 * would, which the device keeps. Nobody else can make, remove or move either.
 *
 * A context that ends loses its addresses at once, so that they are free when its
 * end is announced. Its device goes soon after, by a worker: removing a device
 * waits for the kernel's RTNL, for which an exiting init is not to wait.
 */
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

#include "base/ctx.h"
#include "base/part.h"
#include "net/address.h"
#include "net/port.h"
#include "net/venet.h"

static DEFINE_MUTEX(port_mutex);
static struct workqueue_struct *wq;

/* The network namespace of a running context's init, referenced; NULL without. */
static struct net *get_net_of(struct vzctx *ctx)
{
	struct task_struct *task = NULL;
	struct net *net = NULL;

	rcu_read_lock();
	/* Seen running under RCU, it keeps its init until we are done. */
	if (READ_ONCE(ctx->state) == VZCTX_STATE_RUNNING)
		task = pid_task(ctx->init, PIDTYPE_PID);
	if (task) {
		task_lock(task);
		if (task->nsproxy)
			net = get_net(task->nsproxy->net_ns);
		task_unlock(task);
	}
	rcu_read_unlock();
	return net;
}

/* Whether packets with this address can go from host to host. */
static bool is_usable(const struct in6_addr *ip)
{
	__be32 v4 = ip->s6_addr32[3];
	int type = ipv6_addr_type(ip);

	if (ipv6_addr_v4mapped(ip))
		return !ipv4_is_zeronet(v4) && !ipv4_is_loopback(v4) &&
		       !ipv4_is_multicast(v4) && !ipv4_is_lbcast(v4);
	/* Three words of zeros: none, loopback, or IPv4 in its oldest clothes. */
	return (type & IPV6_ADDR_UNICAST) && !(type & IPV6_ADDR_LINKLOCAL) &&
	       (ip->s6_addr32[0] | ip->s6_addr32[1] | ip->s6_addr32[2]);
}

/*
 * Of two devices in one namespace only the first would have the default route, and
 * what the second context sends by that would have a source of somebody else's.
 */
static int make_device(struct net *net, struct vzctx_port *port,
		       struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	if (net_eq(net, &init_net)) {
		NL_SET_ERR_MSG(extack, "the container shares the network of the host");
		return -EOPNOTSUPP;
	}
	if (vzctx_venet_is_in(net)) {
		NL_SET_ERR_MSG(extack, "another container has its venet in the network that they share");
		return -EBUSY;
	}
	dev = vzctx_venet_make(net, port);
	if (IS_ERR(dev)) {
		NL_SET_ERR_MSG(extack, "its network device cannot be made");
		return PTR_ERR(dev);
	}
	port->net = net;
	port->dev = dev;
	WRITE_ONCE(port->link, dev->ifindex);
	return 0;
}

static int open_locked(struct vzctx *ctx, struct netlink_ext_ack *extack)
{
	struct net *net;
	int err;

	lockdep_assert_held(&port_mutex);
	if (ctx->port->dev)
		return 0;
	net = get_net_of(ctx);
	if (!net) {
		NL_SET_ERR_MSG(extack, "the container has ended");
		return -ESRCH;
	}
	err = make_device(net, ctx->port, extack);
	if (err) {
		put_net(net);
		return err;
	}
	percpu_ref_get(&ctx->ref);
	return 0;
}

static int open_port(struct vzctx *ctx, struct netlink_ext_ack *extack)
{
	int err;

	if (mutex_lock_killable(&port_mutex))
		return -EINTR;
	err = open_locked(ctx, extack);
	mutex_unlock(&port_mutex);
	return err;
}

/**
 * vzctx_port_give() - gives an address to a context
 * @ctx: referenced by the caller
 * @ip: the address
 * @extack: gets the reason of a refusal; may be NULL
 *
 * The first one makes its network device, which stays if the address is refused.
 * Sleeps, for other users of the network configuration too.
 *
 * Return: 0, -EADDRNOTAVAIL for an address that no host can have, -EOPNOTSUPP if
 * the context is in the host's network, -EBUSY if another one has its device in the
 * same network, -ESRCH if it has ended, or -errno; else
 * as vzctx_address_add().
 */
int vzctx_port_give(struct vzctx *ctx, const struct in6_addr *ip,
		    struct netlink_ext_ack *extack)
{
	int err;

	if (!is_usable(ip)) {
		NL_SET_ERR_MSG(extack, "not an address that one host can have");
		return -EADDRNOTAVAIL;
	}
	err = open_port(ctx, extack);
	return err ?: vzctx_address_add(ctx, ip, extack);
}

/* The index of a port's device in its network namespace; 0: it has none. */
int vzctx_port_link(const struct vzctx_port *port)
{
	return READ_ONCE(port->link);
}

static void close_port(struct work_struct *work)
{
	struct vzctx_port *port = container_of(work, struct vzctx_port, work);
	struct net_device *dev;

	mutex_lock(&port_mutex);
	dev = port->dev;
	port->dev = NULL;
	WRITE_ONCE(port->link, 0);
	mutex_unlock(&port_mutex);
	/* Nobody else knows it, and whoever makes devices is not to wait for it. */
	vzctx_venet_remove(dev);
	put_net(port->net);
	/* The last use of the port, which goes with the context. */
	vzctx_put(port->ctx);
}

static int port_alloc(struct vzctx *ctx)
{
	struct vzctx_port *port = kzalloc(sizeof(*port), GFP_KERNEL);

	if (!port)
		return -ENOMEM;
	port->ctx = ctx;
	INIT_LIST_HEAD(&port->addrs);
	INIT_WORK(&port->work, close_port);
	ctx->port = port;
	return 0;
}

static void port_ended(struct vzctx *ctx)
{
	vzctx_address_drop(ctx);
}

/* After the mutex has been held nobody sees the context running who wants it. */
static void port_release(struct vzctx *ctx)
{
	bool any;

	vzctx_address_drop(ctx);
	mutex_lock(&port_mutex);
	any = ctx->port->dev;
	mutex_unlock(&port_mutex);
	if (any)
		queue_work(wq, &ctx->port->work);
}

/* A grace period after the last address went: no packet looks at it. */
static void port_free(struct vzctx *ctx)
{
	kfree(ctx->port);
}

const struct vzctx_part vzctx_port_part = {
	.alloc = port_alloc,
	.ended = port_ended,
	.release = port_release,
	.free = port_free,
};

/**
 * vzctx_port_init() - makes the host's device
 *
 * Return: 0, or -errno with nothing left.
 */
int __init vzctx_port_init(void)
{
	struct net_device *dev;
	int err;

	err = vzctx_address_init();
	if (err)
		return err;
	wq = alloc_workqueue("vzctx_port", WQ_UNBOUND, 0);
	err = -ENOMEM;
	if (!wq)
		goto err_address;
	err = vzctx_venet_init();
	if (err)
		goto err_wq;
	dev = vzctx_venet_make(&init_net, &vzctx_host_port);
	err = PTR_ERR_OR_ZERO(dev);
	if (err)
		goto err_venet;
	vzctx_host_port.dev = dev;
	vzctx_host_port.link = dev->ifindex;
	return 0;

err_venet:
	vzctx_venet_uninit();
err_wq:
	destroy_workqueue(wq);
err_address:
	vzctx_address_uninit();
	return err;
}

/* No context is left, so nothing is queued any more and no device but the host's. */
void vzctx_port_uninit(void)
{
	destroy_workqueue(wq);
	vzctx_venet_remove(vzctx_host_port.dev);
	vzctx_venet_uninit();
	vzctx_address_uninit();
}
