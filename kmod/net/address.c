// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - which address belongs to which context
 *
 * Promised: an address has one owner or none, and a context that has ended owns
 * none, whoever tries to give it one meanwhile.
 */
#include <linux/jhash.h>
#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/ipv6.h>

#include "base/ctx.h"
#include "net/address.h"
#include "net/port.h"

/**
 * struct address - one address
 * @node: in the table
 * @ip: the key; constant
 * @port: whose; constant
 * @mine: in the list of its owner (address lock)
 * @rcu: frees it
 */
struct address {
	struct rhash_head node;
	struct in6_addr ip;
	struct vzctx_port *port;
	struct list_head mine;
	struct rcu_head rcu;
};

/* Guards the lists of addresses, and the table against two writers. */
static DEFINE_SPINLOCK(address_lock);
static struct rhashtable table;

/* Most addresses are IPv4 ones, of which only the last word differs. */
static u32 hash(const void *key, u32 len, u32 seed)
{
	const struct in6_addr *ip = key;

	if (ipv6_addr_v4mapped(ip))
		return jhash_1word((__force u32)ip->s6_addr32[3], seed);
	return jhash2((__force const u32 *)ip->s6_addr32, 4, seed);
}

static const struct rhashtable_params params = {
	.head_offset = offsetof(struct address, node),
	.key_offset = offsetof(struct address, ip),
	.key_len = sizeof(struct in6_addr),
	.hashfn = hash,
	.automatic_shrinking = true,
};

/**
 * vzctx_address_owner() - finds out whose an address is
 * @ip: any address
 *
 * RCU read side.
 *
 * Return: the port of its owner, valid as long; NULL if it has none.
 */
struct vzctx_port *vzctx_address_owner(const struct in6_addr *ip)
{
	struct address *a = rhashtable_lookup(&table, ip, params);

	return a ? a->port : NULL;
}

static int insert(struct vzctx *ctx, struct address *a,
		  struct netlink_ext_ack *extack)
{
	struct address *there;
	int err;

	lockdep_assert_held(&address_lock);
	/* Whoever ends it takes the lock afterwards, and drops what is there. */
	if (READ_ONCE(ctx->state) != VZCTX_STATE_RUNNING) {
		NL_SET_ERR_MSG(extack, "the container has ended");
		return -ESRCH;
	}
	there = rhashtable_lookup_fast(&table, &a->ip, params);
	if (there && there->port == ctx->port) {
		NL_SET_ERR_MSG(extack, "the container has this address already");
		return -EEXIST;
	}
	if (there) {
		NL_SET_ERR_MSG(extack, "another container has this address");
		return -EADDRINUSE;
	}
	err = rhashtable_insert_fast(&table, &a->node, params);
	if (!err)
		list_add_tail(&a->mine, &ctx->port->addrs);
	return err;
}

/**
 * vzctx_address_add() - gives an address to a context
 * @ctx: referenced by the caller
 * @ip: the address
 * @extack: gets the reason of a refusal; may be NULL
 *
 * Return: 0, -EADDRINUSE if another context has it, -EEXIST if this one has,
 * -ESRCH if it has ended, or -ENOMEM.
 */
int vzctx_address_add(struct vzctx *ctx, const struct in6_addr *ip,
		      struct netlink_ext_ack *extack)
{
	struct address *a = kzalloc(sizeof(*a), GFP_KERNEL);
	int err;

	if (!a)
		return -ENOMEM;
	a->ip = *ip;
	a->port = ctx->port;
	spin_lock(&address_lock);
	err = insert(ctx, a, extack);
	spin_unlock(&address_lock);
	if (err)
		kfree(a);
	return err;
}

static void remove(struct address *a)
{
	lockdep_assert_held(&address_lock);
	rhashtable_remove_fast(&table, &a->node, params);
	list_del(&a->mine);
	kfree_rcu(a, rcu);
}

/**
 * vzctx_address_del() - takes an address from a context
 * @ctx: referenced by the caller
 * @ip: the address
 * @extack: gets the reason of a refusal; may be NULL
 *
 * Packets under way may be delivered for a grace period more.
 *
 * Return: 0, or -EADDRNOTAVAIL if it is not the context's.
 */
int vzctx_address_del(struct vzctx *ctx, const struct in6_addr *ip,
		      struct netlink_ext_ack *extack)
{
	struct address *a;

	spin_lock(&address_lock);
	a = rhashtable_lookup_fast(&table, ip, params);
	if (a && a->port == ctx->port)
		remove(a);
	else
		a = NULL;
	spin_unlock(&address_lock);
	if (a)
		return 0;
	NL_SET_ERR_MSG(extack, "the container does not have this address");
	return -EADDRNOTAVAIL;
}

/**
 * vzctx_address_nth() - reads one of a context's addresses
 * @ctx: referenced by the caller
 * @n: 0 for the one it has had longest
 * @ip: filled
 *
 * Return: false if it has not as many.
 */
bool vzctx_address_nth(struct vzctx *ctx, unsigned int n, struct in6_addr *ip)
{
	struct address *a;
	bool found = false;

	spin_lock(&address_lock);
	list_for_each_entry(a, &ctx->port->addrs, mine) {
		if (n--)
			continue;
		*ip = a->ip;
		found = true;
		break;
	}
	spin_unlock(&address_lock);
	return found;
}

/* The context is no longer running. */
void vzctx_address_drop(struct vzctx *ctx)
{
	struct address *a, *next;

	spin_lock(&address_lock);
	list_for_each_entry_safe(a, next, &ctx->port->addrs, mine)
		remove(a);
	spin_unlock(&address_lock);
}

int __init vzctx_address_init(void)
{
	return rhashtable_init(&table, &params);
}

/* No context is left, and no device. */
void vzctx_address_uninit(void)
{
	rhashtable_destroy(&table);
}
