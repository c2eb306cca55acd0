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

/* @sk: what came of a charge; NULL gives it back. */
static void settle(struct vzctx_owner *own, const struct sock *sk)
{
	if (sk)
		vzctx_owner_publish(own, sk);
	else
		vzctx_owner_cancel(own);
}

/* The entry of a socket stands for its memory too. */
static void add_bufs(struct vzctx_owner *own, const struct kind *kind)
{
	unsigned int i;

	for (i = 0; i < kind->nr; i++)
		vzctx_owner_also(own, kind->bufs[i]);
}

/* Charges for a socket about to be made; NULL if that is refused. Takes over @ctx. */
static struct vzctx_owner *prepare(struct vzctx *ctx, const struct kind *kind,
				   gfp_t gfp)
{
	struct vzctx_owner *own = vzctx_owner_charge(ctx, kind->count, 1, gfp);

	if (IS_ERR(own))
		return NULL;
	add_bufs(own, kind);
	return own;
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
	struct vzctx_owner *own;
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
	own = prepare(ctx, kind, entry_gfp(priority));
	if (!own)
		goto out;
	sk = vzctx_original(sk_alloc)(net, family, priority, prot, kern);
	settle(own, sk);
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
	struct vzctx_owner *own;
	struct sock *child;
	struct vzctx *ctx;

	vzctx_hook_enter();
	ctx = payer_of(sk, &kind);
	if (!ctx) {
		child = vzctx_original(sk_clone)(sk, VZCTX_SK_CLONE_ARGS);
		goto out;
	}
	child = NULL;
	own = prepare(ctx, kind, entry_gfp(priority));
	if (!own)
		goto out;
	child = vzctx_original(sk_clone)(sk, VZCTX_SK_CLONE_ARGS);
	settle(own, child);
out:
	vzctx_hook_exit();
	return child;
}

/* Connections over vsock are made by a worker. */
VZCTX_WRAPPER(VZCTX_BY_OPTION(CONFIG_VSOCKETS, "vsock", UB_NUMOTHERSOCK),
	      struct sock *, vsock_create_connected, struct sock *, parent)
{
	struct vzctx_owner *own;
	struct sock *child;
	struct vzctx *ctx;

	vzctx_hook_enter();
	ctx = vzctx_owner_payer(parent, UB_NUMOTHERSOCK);
	if (!ctx) {
		child = vzctx_original(vsock_create_connected)(parent);
		goto out;
	}
	child = NULL;
	own = prepare(ctx, &other, GFP_KERNEL);
	if (!own)
		goto out;
	child = vzctx_original(vsock_create_connected)(parent);
	settle(own, child);
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
	struct vzctx_owner *own;
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
	own = vzctx_owner_get_spare(ctx, UB_NUMTCPSOCK, 0, GFP_ATOMIC);
	if (!own)
		goto out_put;
	vzctx_owner_force(own, ctx);
	add_bufs(own, &stream);
	err = vzctx_original(mptcp_subflow_create_socket)(sk, family, new_sock);
	settle(own, err ? NULL : (*new_sock)->sk);
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
	VZCTX_HOOK_GROUPED_IF(host, inet_create, vzctx_hook_inside),
#if IS_ENABLED(CONFIG_IPV6)
	VZCTX_HOOK_GROUPED_IF(host, inet6_create, vzctx_hook_inside),
#endif
	VZCTX_HOOK_GROUPED(host, sk_alloc),
};

const struct vzctx_hook_table vzctx_hook_sock = {
	.hook = rows, .nr = ARRAY_SIZE(rows)
};
