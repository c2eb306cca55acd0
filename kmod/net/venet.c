// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - venet: the network device
 *
 * A device of layer 3 on the host and one in each context that has an address. What
 * a context sends comes in on the host's, if its source belongs to the context; from
 * there the host routes it. What the host sends goes to the context that the
 * destination belongs to. Everything else is dropped and counted: packets that are
 * neither IPv4 nor IPv6, multicast, broadcast.
 *
 * A packet is judged by what the host's stack will read of it, not by what the
 * sender says about it, as a packet socket may say anything.
 */
#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/ipv6.h>
#include <net/rtnetlink.h>

#include "base/ctx.h"
#include "base/event.h"
#include "base/tunables.h"
#include "net/address.h"
#include "net/port.h"
#include "net/venet.h"

struct vzctx_port vzctx_host_port;

/** struct venet - what a device knows: whose end it is */
struct venet {
	struct vzctx_port *port;
};

/** struct ends - where a packet comes from and where it goes */
struct ends {
	struct in6_addr from;
	struct in6_addr to;
};

/* False for a packet that does not pass whatever its ends are. */
static bool read_v4(struct sk_buff *skb, struct ends *ends)
{
	const struct iphdr *ip;

	if (!pskb_may_pull(skb, sizeof(*ip)))
		return false;
	ip = (const struct iphdr *)skb->data;
	ipv6_addr_set_v4mapped(ip->saddr, &ends->from);
	ipv6_addr_set_v4mapped(ip->daddr, &ends->to);
	return ip->version == 4 && !ipv4_is_multicast(ip->daddr) &&
	       !ipv4_is_lbcast(ip->daddr);
}

/* A mapped address in a packet of IPv6 would pass for that of IPv4. */
static bool read_v6(struct sk_buff *skb, struct ends *ends)
{
	const struct ipv6hdr *ip;

	if (!pskb_may_pull(skb, sizeof(*ip)))
		return false;
	ip = (const struct ipv6hdr *)skb->data;
	ends->from = ip->saddr;
	ends->to = ip->daddr;
	return ip->version == 6 && !ipv6_addr_is_multicast(&ip->daddr) &&
	       !ipv6_addr_v4mapped(&ip->saddr) &&
	       !ipv6_addr_v4mapped(&ip->daddr);
}

static bool read_ends(struct sk_buff *skb, struct ends *ends)
{
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return read_v4(skb, ends);
	case htons(ETH_P_IPV6):
		return read_v6(skb, ends);
	default:
		return false;
	}
}

/*
 * What the kernel still sends for sockets of a context that has ended, which owns
 * nothing any more, is nobody's lie.
 */
static void told_a_lie(struct vzctx_port *sender, const struct ends *ends)
{
	if (READ_ONCE(sender->ctx->state) != VZCTX_STATE_RUNNING)
		return;
	atomic64_inc(&sender->spoofed);
	vzctx_event_spoof(sender->ctx, &ends->from, &ends->to);
}

/* RCU read side. The device that is to receive it; NULL for none. */
static struct net_device *receiver(struct sk_buff *skb,
				   struct vzctx_port *sender)
{
	struct vzctx_port *owner;
	struct ends ends;

	if (!read_ends(skb, &ends))
		return NULL;
	if (!sender->ctx) {
		owner = vzctx_address_owner(&ends.to);
		return owner ? rcu_dereference(owner->up) : NULL;
	}
	if (unlikely(vzctx_address_owner(&ends.from) != sender)) {
		told_a_lie(sender, &ends);
		return NULL;
	}
	return rcu_dereference(vzctx_host_port.up);
}

/*
 * The receiver may be going away: the kernel stops it, takes what is queued for
 * it from all queues, and waits for RCU readers before it frees it.
 */
static netdev_tx_t venet_xmit(struct sk_buff *skb, struct net_device *dev)
{
	const struct venet *venet = netdev_priv(dev);
	unsigned int len = skb->len;
	struct net_device *to;

	rcu_read_lock();
	to = receiver(skb, venet->port);
	if (unlikely(!to || !is_skb_forwardable(to, skb) ||
		     skb_orphan_frags(skb, GFP_ATOMIC))) {
		dev_core_stats_tx_dropped_inc(dev);
		kfree_skb(skb);
		goto out;
	}
	skb_tx_timestamp(skb);
	skb_scrub_packet(skb, true);
	skb->priority = 0;
	skb->dev = to;
	skb_reset_mac_header(skb);
	dev_sw_netstats_tx_add(dev, 1, len);
	if (likely(__netif_rx(skb) == NET_RX_SUCCESS))
		dev_sw_netstats_rx_add(to, len);
out:
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

static int venet_open(struct net_device *dev)
{
	const struct venet *venet = netdev_priv(dev);

	rcu_assign_pointer(venet->port->up, dev);
	return 0;
}

static int venet_stop(struct net_device *dev)
{
	const struct venet *venet = netdev_priv(dev);

	RCU_INIT_POINTER(venet->port->up, NULL);
	return 0;
}

static const struct net_device_ops venet_ops = {
	.ndo_init = vzctx_tstats_alloc,
	.ndo_open = venet_open,
	.ndo_stop = venet_stop,
	.ndo_start_xmit = venet_xmit,
	.ndo_get_stats64 = dev_get_tstats64,
};

/*
 * As OpenVZ's, but for the header, which is none. A type of its own keeps the
 * kernel from giving it a link-local address.
 */
static void setup(struct net_device *dev)
{
	const netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST |
					   NETIF_F_HW_CSUM | NETIF_F_RXCSUM |
					   NETIF_F_GSO_SOFTWARE |
					   NETIF_F_HIGHDMA;

	dev->netdev_ops = &venet_ops;
	dev->needs_free_netdev = true;
	dev->type = ARPHRD_VOID;
	dev->flags = IFF_BROADCAST | IFF_POINTOPOINT | IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->mtu = VZCTX_VENET_MTU;
	dev->min_mtu = VZCTX_VENET_MTU_MIN;
	dev->max_mtu = VZCTX_VENET_MTU_MAX;
	dev->features |= features | NETIF_F_VLAN_CHALLENGED;
	dev->hw_features |= features;
	dev->hw_enc_features |= features;
	vzctx_netdev_is_fixed(dev);
	vzctx_tstats_wanted(dev);
}

/* Without setup and dellink nobody makes one by request, or removes one. */
static struct rtnl_link_ops link_ops __read_mostly = {
	.kind = "venet",
	.priv_size = sizeof(struct venet),
};

/**
 * vzctx_venet_make() - makes the device of a port
 * @net: in which namespace; the caller keeps it as long as the device
 * @port: whose
 *
 * It is called venet0, or by the next number that is free there, and is down.
 *
 * Return: the device, or an error pointer.
 */
struct net_device *vzctx_venet_make(struct net *net, struct vzctx_port *port)
{
	struct net_device *dev;
	struct venet *venet;
	int err;

	dev = alloc_netdev(sizeof(*venet), "venet%d", NET_NAME_ENUM, setup);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	venet = netdev_priv(dev);
	venet->port = port;
	dev->rtnl_link_ops = &link_ops;
	dev_net_set(dev, net);
	err = register_netdev(dev);
	if (!err)
		return dev;
	free_netdev(dev);
	return ERR_PTR(err);
}

/**
 * vzctx_venet_is_in() - asks whether a running context has its device in a namespace
 * @net: not the host's
 *
 * One that has ended does not count, though its device may be there for a moment.
 *
 * Return: whether one has.
 */
bool vzctx_venet_is_in(struct net *net)
{
	const struct vzctx_port *port;
	struct net_device *dev;
	bool found = false;

	rcu_read_lock();
	for_each_netdev_rcu(net, dev) {
		if (dev->netdev_ops != &venet_ops)
			continue;
		/* A device that is listed holds the context of its port. */
		port = ((const struct venet *)netdev_priv(dev))->port;
		found |= READ_ONCE(port->ctx->state) == VZCTX_STATE_RUNNING;
	}
	rcu_read_unlock();
	return found;
}

/* On return nothing is sent or received by it any more, and it is freed. */
void vzctx_venet_remove(struct net_device *dev)
{
	unregister_netdev(dev);
}

int __init vzctx_venet_init(void)
{
	return rtnl_link_register(&link_ops);
}

/* No device is left. */
void vzctx_venet_uninit(void)
{
	rtnl_link_unregister(&link_ops);
}
