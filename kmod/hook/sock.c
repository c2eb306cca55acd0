// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: sockets (numtcpsock, numothersock)
 *
 * A socket that a task makes is charged to the task's context; a socket that a
 * packet makes is charged to the payer of the listener. The kernel's own sockets
 * are not charged. A unit is given back where the kernel's own count of
 * sockets in use goes down, which for UDP sockets and listeners is a grace
 * period before their memory is free: a program that opens one after another
 * would otherwise meet the limit with one open.
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/security.h>
#include <net/inet_common.h>
#include <net/mptcp.h>
#include <net/sock.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "hook/sock.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "pay/owner_cache.h"
#include "pay/owner_change.h"
#include "pay/owner_table.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/**
 * struct kind - a kind of socket
 * @count: the resource that counts it
 * @bufs: the resources of its memory
 * @nr: how many
 */
struct kind {
	u32 count;
	u32 bufs[2];
	unsigned int nr;
};

static const struct kind stream = {
	UB_NUMTCPSOCK, { UB_TCPSNDBUF, UB_TCPRCVBUF }, 2
};

static const struct kind datagram = {
	UB_NUMOTHERSOCK, { UB_OTHERSOCKBUF, UB_DGRAMRCVBUF }, 2
};

static const struct kind other = {
	UB_NUMOTHERSOCK, { UB_OTHERSOCKBUF }, 1
};

/* The transports whose sockets hold connections, IPv4 and IPv6. */
static bool is_stream(const struct proto *prot)
{
	static const char *const names[] = {
		"TCP", "TCPv6", "MPTCP", "MPTCPv6", "SCTP", "SCTPv6",
	};

	return match_string(names, ARRAY_SIZE(names), prot->name) >= 0;
}

static const struct kind *kind_of(int family, const struct proto *prot)
{
	if (family == PF_PACKET)
		return &datagram;
	if (family != PF_INET && family != PF_INET6)
		return &other;
	return is_stream(prot) ? &stream : &datagram;
}

/**
 * struct charge - the charges of one socket, before it is there
 * @count: of the socket itself
 * @bufs: of its memory; NULL where not enforced on this kernel
 */
struct charge {
	struct vzctx_owner *count;
	struct vzctx_owner *bufs[2];
};

static void cancel_bufs(struct charge *charge)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(charge->bufs); i++)
		if (charge->bufs[i])
			vzctx_owner_cancel(charge->bufs[i]);
}

static void cancel(struct charge *charge)
{
	vzctx_owner_cancel(charge->count);
	cancel_bufs(charge);
}

static void publish(struct charge *charge, const struct sock *sk)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(charge->bufs); i++)
		if (charge->bufs[i])
			vzctx_owner_publish(charge->bufs[i], sk);
	vzctx_owner_publish(charge->count, sk);
}

/* @sk: what came of it; NULL gives the charges back. */
static void settle(struct charge *charge, const struct sock *sk)
{
	if (sk)
		publish(charge, sk);
	else
		cancel(charge);
}

static int prepare_bufs(struct charge *charge, struct vzctx *ctx,
			const struct kind *kind, gfp_t gfp)
{
	unsigned int i;

	memset(charge, 0, sizeof(*charge));
	for (i = 0; i < kind->nr; i++) {
		if (!vzctx_res_active(kind->bufs[i]))
			continue;
		charge->bufs[i] = vzctx_owner_alloc(kind->bufs[i], 0, gfp);
		if (!charge->bufs[i]) {
			cancel_bufs(charge);
			return -ENOMEM;
		}
		vzctx_owner_force(charge->bufs[i], ctx);
	}
	return 0;
}

/* The reference of @ctx is taken over. */
static int prepare(struct charge *charge, struct vzctx *ctx,
		   const struct kind *kind, gfp_t gfp)
{
	if (prepare_bufs(charge, ctx, kind, gfp)) {
		vzctx_put(ctx);
		return -ENOMEM;
	}
	charge->count = vzctx_owner_charge(ctx, kind->count, 1, gfp);
	if (!IS_ERR(charge->count))
		return 0;
	cancel_bufs(charge);
	return PTR_ERR(charge->count);
}

/* The caller's flags ask for the socket; the entry needs only their kind. */
static gfp_t entry_gfp(gfp_t gfp)
{
	return gfpflags_allow_blocking(gfp) ? GFP_KERNEL_ACCOUNT : GFP_ATOMIC;
}

VZCTX_WRAPPER(VZCTX_FOR(VZCTX_SOCK_ALL), struct sock *, sk_alloc,
	      struct net *, net, int, family, gfp_t, priority,
	      struct proto *, prot, int, kern)
{
	const struct kind *kind = kind_of(family, prot);
	struct vzctx *ctx = NULL;
	struct charge charge;
	struct sock *sk;

	vzctx_hook_enter();
	/* The task that an interrupt happened to meet did not ask for the socket. */
	if (!kern && in_task() && vzctx_res_active(kind->count))
		ctx = vzctx_get_of_current();
	if (!ctx) {
		sk = vzctx_original(sk_alloc)(net, family, priority, prot,
					      kern);
		goto out;
	}
	sk = NULL;
	if (prepare(&charge, ctx, kind, entry_gfp(priority)))
		goto out;
	sk = vzctx_original(sk_alloc)(net, family, priority, prot, kern);
	settle(&charge, sk);
out:
	vzctx_hook_exit();
	return sk;
}

/* Who pays for the connections of a listener, and as what; referenced. */
static struct vzctx *payer_of(const struct sock *sk, const struct kind **kind)
{
	struct vzctx *ctx = vzctx_owner_payer(sk, UB_NUMTCPSOCK);

	*kind = &stream;
	if (ctx)
		return ctx;
	*kind = kind_of(sk->sk_family, sk->sk_prot);
	return vzctx_owner_payer(sk, UB_NUMOTHERSOCK);
}

/* A connection that is refused is dropped; its peer tries again or gives up. */
VZCTX_WRAPPER(VZCTX_FOR(VZCTX_SOCK_TCP), struct sock *, sk_clone,
	      const struct sock *, sk, const gfp_t, VZCTX_SK_CLONE_PARAMS)
{
	const struct kind *kind;
	struct charge charge;
	struct sock *child;
	struct vzctx *ctx;

	vzctx_hook_enter();
	ctx = payer_of(sk, &kind);
	if (!ctx) {
		child = vzctx_original(sk_clone)(sk, VZCTX_SK_CLONE_ARGS);
		goto out;
	}
	child = NULL;
	if (prepare(&charge, ctx, kind, entry_gfp(priority)))
		goto out;
	child = vzctx_original(sk_clone)(sk, VZCTX_SK_CLONE_ARGS);
	settle(&charge, child);
out:
	vzctx_hook_exit();
	return child;
}

/* Connections over vsock are made by a worker. */
VZCTX_WRAPPER(VZCTX_IN("vsock", UB_NUMOTHERSOCK),
	      struct sock *, vsock_create_connected, struct sock *, parent)
{
	struct charge charge;
	struct sock *child;
	struct vzctx *ctx;

	vzctx_hook_enter();
	ctx = vzctx_owner_payer(parent, UB_NUMOTHERSOCK);
	if (!ctx) {
		child = vzctx_original(vsock_create_connected)(parent);
		goto out;
	}
	child = NULL;
	if (prepare(&charge, ctx, &other, GFP_KERNEL))
		goto out;
	child = vzctx_original(vsock_create_connected)(parent);
	settle(&charge, child);
out:
	vzctx_hook_exit();
	return child;
}

#if IS_ENABLED(CONFIG_MPTCP)
/*
 * An MPTCP socket speaks through TCP sockets of the kernel's own. They are not
 * counted beside it, but the one it listens on may hand out connections that
 * never were MPTCP: an entry of 0 units says who pays for those.
 */
VZCTX_WRAPPER(VZCTX_FOR(VZCTX_SOCK_TCP), int, mptcp_subflow_create_socket,
	      struct sock *, sk, unsigned short, family,
	      struct socket **, new_sock)
{
	struct charge charge = {};
	struct vzctx *ctx;
	int err;

	vzctx_hook_enter();
	ctx = vzctx_owner_payer(sk, UB_NUMTCPSOCK);
	if (!ctx) {
		err = vzctx_original(mptcp_subflow_create_socket)(sk, family,
								  new_sock);
		goto out;
	}
	err = -ENOMEM;
	if (prepare_bufs(&charge, ctx, &stream, GFP_ATOMIC))
		goto out_put;
	charge.count = vzctx_owner_alloc(UB_NUMTCPSOCK, 0, GFP_ATOMIC);
	if (!charge.count) {
		cancel_bufs(&charge);
		goto out_put;
	}
	vzctx_owner_force(charge.count, ctx);
	err = vzctx_original(mptcp_subflow_create_socket)(sk, family, new_sock);
	if (err)
		cancel(&charge);
	else
		publish(&charge, (*new_sock)->sk);
out_put:
	vzctx_put(ctx);
out:
	vzctx_hook_exit();
	return err;
}
#endif

/* As applications knew it from OpenVZ; POSIX allows either. */
static int no_buffers(int err, int kern)
{
	return err == -ENOMEM && !kern ? -ENOBUFS : err;
}

/* A protocol may be a module that has to be loaded: these stay. */
VZCTX_WRAPPER(VZCTX_FOR(UB_NUMTCPSOCK), int, inet_create, struct net *, net,
	      struct socket *, sock, int, protocol, int, kern)
{
	int err;

	err = no_buffers(vzctx_original(inet_create)(net, sock, protocol, kern),
			 kern);
	vzctx_stay_end();
	return err;
}

#if IS_ENABLED(CONFIG_IPV6)
VZCTX_WRAPPER(VZCTX_FOR(UB_NUMTCPSOCK), int, inet6_create, struct net *, net,
	      struct socket *, sock, int, protocol, int, kern)
{
	int err;

	err = no_buffers(vzctx_original(inet6_create)(net, sock, protocol,
						      kern), kern);
	vzctx_stay_end();
	return err;
}
#endif

VZCTX_WRAPPER(VZCTX_FOR(VZCTX_SOCK_ALL), void, sk_destruct, struct sock *, sk)
{
	vzctx_hook_enter();
	vzctx_owner_uncharge_mask(sk, VZCTX_SOCK_COUNTS);
	vzctx_original(sk_destruct)(sk);
	vzctx_hook_exit();
}

/* Every socket ends here, those too that were never whole. */
VZCTX_WRAPPER(VZCTX_FOR(VZCTX_SOCK_ALL), void, security_sk_free,
	      struct sock *, sk)
{
	vzctx_hook_enter();
	vzctx_owner_uncharge_mask(sk, VZCTX_SOCK_COUNTS | VZCTX_SOCK_BUFS);
	vzctx_original(security_sk_free)(sk);
	vzctx_hook_exit();
}

VZCTX_HOOK_CALLBACK(vsock_create_connected, vzctx_owner_maybe(VZCTX_HOOK_ARG0))

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(owner, security_sk_free),
	VZCTX_HOOK_GROUPED(owner, sk_destruct),
	VZCTX_HOOK_GROUPED(owner, sk_clone),
#if IS_ENABLED(CONFIG_MPTCP)
	VZCTX_HOOK_GROUPED(owner, mptcp_subflow_create_socket),
#endif
	VZCTX_HOOK_ROW(vsock_create_connected),
	VZCTX_HOOK_GROUPED(inside, inet_create),
#if IS_ENABLED(CONFIG_IPV6)
	VZCTX_HOOK_GROUPED(inside, inet6_create),
#endif
	VZCTX_HOOK_GROUPED(host, sk_alloc),
};

const struct vzctx_hook_table vzctx_hook_sock = {
	.hook = rows, .nr = ARRAY_SIZE(rows)
};
