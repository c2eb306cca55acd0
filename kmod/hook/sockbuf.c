// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: memory of sockets (tcpsndbuf, tcprcvbuf, dgramrcvbuf,
 * othersockbuf)
 *
 * Promised: what is charged to a socket for sending and receiving together is
 * what the kernel has charged to it in its own account (memory_allocated), and
 * never negative. No connection starves: what the kernel grants a connection
 * that has nothing queued is charged, whatever the limit.
 *
 * Best effort: the split between tcpsndbuf and tcprcvbuf. The kernel gives
 * memory back without saying what it was used for; it is taken from the side
 * that is charged for more than it has queued, sending first. A page per socket
 * can be on the wrong side.
 *
 * Not attempted: memory of netlink sockets' receive queues and of packets that
 * overflow the ring of a packet socket, which each socket's own SO_RCVBUF bounds.
 */
#include <linux/minmax.h>
#include <linux/netdevice.h>
#include <linux/sched/signal.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "base/ctx.h"
#include "base/tunables.h"
#include "hook/sock.h"
#include "hook/tables.h"
#include "pay/owner.h"
#include "pay/owner_change.h"
#include "pay/owner_table.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

VZCTX_ORIGINAL(sock_wfree);

#define ACCOUNT_BUFS	UB_TCPSNDBUF, UB_TCPRCVBUF, UB_DGRAMRCVBUF

/*
 * OpenVZ's rule: up to the barrier a socket grows freely; between barrier and
 * limit each is sure of an equal share of what is there. @wanted: what the socket
 * is to use.
 */
static enum vzctx_severity severity_of(const struct vzctx *ctx, u32 res,
				       unsigned long wanted)
{
	u32 count = BIT(res) & (BIT(UB_TCPSNDBUF) | BIT(UB_TCPRCVBUF)) ?
		    UB_NUMTCPSOCK : UB_NUMOTHERSOCK;
	unsigned long limit = READ_ONCE(ctx->bc[res].limit);
	unsigned long barrier = READ_ONCE(ctx->bc[res].barrier);
	unsigned long sockets = READ_ONCE(ctx->bc[count].limit);

	if (limit <= barrier || !sockets)
		return VZCTX_HARD;
	return wanted <= round_up((limit - barrier) / sockets, PAGE_SIZE) ?
	       VZCTX_SOFT : VZCTX_HARD;
}

/*
 * Charges bytes to a socket that uses others already. Returns 0, -ENOENT for a
 * socket that no context pays for, or the errno of the resource.
 */
static int grow(const struct sock *sk, u32 res, unsigned long used,
		unsigned long bytes)
{
	const struct vzctx_growth by = {
		.units = bytes, .judge = severity_of, .used = used + bytes,
	};

	return vzctx_owner_grow_by(sk, res, &by);
}

/* Memory in the kernel's account */

static unsigned long used_of(const struct sock *sk, int kind)
{
	return kind == SK_MEM_SEND ? READ_ONCE(sk->sk_wmem_queued) :
				     atomic_read(&sk->sk_rmem_alloc);
}

static u32 stream_res(int kind)
{
	return kind == SK_MEM_SEND ? UB_TCPSNDBUF : UB_TCPRCVBUF;
}

/*
 * Charges the account of a socket; *res says what was charged, if 0. What is asked
 * for first is a guess that spares a look.
 */
static int grow_account(const struct sock *sk, int kind, unsigned long bytes,
			u32 *res)
{
	bool dgram = kind == SK_MEM_RECV && sk->sk_type == SOCK_DGRAM;
	unsigned long used = used_of(sk, kind);
	int err;

	*res = dgram ? UB_DGRAMRCVBUF : stream_res(kind);
	err = grow(sk, *res, used, bytes);
	if (err != -ENOENT || kind == SK_MEM_SEND)
		return err;
	*res = dgram ? UB_TCPRCVBUF : UB_DGRAMRCVBUF;
	return grow(sk, *res, used, bytes);
}

/*
 * A stream that is refused memory to send learns it in the kernel's own way:
 * its send buffer shrinks to what is queued, so that its writer waits for that
 * to drain and poll() agrees. With nothing queued nothing would ever drain: TCP
 * then comes back with a page that cannot be refused, the others are granted
 * what they want.
 */
static bool refuse_send(struct sock *sk, unsigned long bytes)
{
	if (sk->sk_protocol != IPPROTO_TCP && !sk->sk_wmem_queued) {
		vzctx_owner_grow(sk, UB_TCPSNDBUF, bytes, VZCTX_FORCE);
		return false;
	}
	sk_stream_moderate_sndbuf(sk);
	return true;
}

/* Any context; the socket is locked by the caller, or its receive queue is. */
VZCTX_WRAPPER(VZCTX_FOR(ACCOUNT_BUFS), int, __sk_mem_raise_allocated,
	      struct sock *, sk, int, size, int, amt, int, kind)
{
	unsigned long bytes = (unsigned long)amt << PAGE_SHIFT;
	int granted = 0;
	u32 res;
	int err;

	vzctx_hook_enter();
	err = grow_account(sk, kind, bytes, &res);
	if (err == -ENOENT) {
		granted = vzctx_original(__sk_mem_raise_allocated)(sk, size,
								   amt, kind);
		goto out;
	}
	if (err && (kind != SK_MEM_SEND || refuse_send(sk, bytes)))
		goto out;
	granted = vzctx_original(__sk_mem_raise_allocated)(sk, size, amt, kind);
	if (!granted)
		vzctx_owner_shrink(sk, res, bytes);
out:
	vzctx_hook_exit();
	return granted;
}

/*
 * Whom it is for is not said. Packets are received in interrupt context, or
 * where a task that held the socket works off what came meanwhile.
 */
static int forced_kind(const struct sock *sk)
{
	return in_task() && !READ_ONCE(sk->sk_backlog.len) ? SK_MEM_SEND :
							     SK_MEM_RECV;
}

VZCTX_WRAPPER(VZCTX_FOR(ACCOUNT_BUFS), void, sk_forced_mem_schedule,
	      struct sock *, sk, int, size)
{
	int before;
	int bytes;

	vzctx_hook_enter();
	before = sk->sk_forward_alloc;
	vzctx_original(sk_forced_mem_schedule)(sk, size);
	bytes = sk->sk_forward_alloc - before;
	if (bytes > 0)
		vzctx_owner_grow(sk, stream_res(forced_kind(sk)), bytes,
				 VZCTX_FORCE);
	vzctx_hook_exit();
}

/*
 * SO_RESERVE_MEM would fill the account unseen; programs can do without. No other
 * option comes here, since setting one waits for the task that has the socket locked.
 */
VZCTX_WRAPPER(VZCTX_FOR(ACCOUNT_BUFS), int, sk_setsockopt, struct sock *, sk,
	      int, level, int, optname, sockptr_t, optval, unsigned int, optlen)
{
	vzctx_hook_enter();
	vzctx_hook_exit();
	return -EOPNOTSUPP;
}

struct shrink {
	const struct sock *sk;
	unsigned long bytes;
};

/* Both sides are in one entry. */
static void shrink_stream(struct vzctx_owner *own, void *arg)
{
	const struct shrink *s = arg;
	unsigned long queued = round_up(used_of(s->sk, SK_MEM_SEND), PAGE_SIZE);
	unsigned long snd = vzctx_owner_get(own, UB_TCPSNDBUF);
	unsigned long rcv = vzctx_owner_get(own, UB_TCPRCVBUF);
	unsigned long bytes = s->bytes, from;

	from = min(bytes, snd > queued ? snd - queued : 0);
	snd -= from;
	bytes -= from;
	vzctx_owner_give(own, UB_TCPSNDBUF,
			 from + (bytes > rcv ? min(bytes - rcv, snd) : 0));
	vzctx_owner_give(own, UB_TCPRCVBUF, min(bytes, rcv));
}

static void shrink_account(const struct sock *sk, unsigned long bytes)
{
	struct shrink s = { sk, bytes };

	if (!vzctx_owner_look(sk, UB_TCPSNDBUF, shrink_stream, &s))
		vzctx_owner_shrink(sk, UB_DGRAMRCVBUF, bytes);
}

VZCTX_WRAPPER(VZCTX_FOR(ACCOUNT_BUFS), void, __sk_mem_reduce_allocated,
	      struct sock *, sk, int, amount)
{
	vzctx_hook_enter();
	vzctx_original(__sk_mem_reduce_allocated)(sk, amount);
	if (amount > 0)
		shrink_account(sk, (unsigned long)amount << PAGE_SHIFT);
	vzctx_hook_exit();
}

/* Received packets outside it: raw sockets */

VZCTX_WRAPPER(VZCTX_FOR(UB_DGRAMRCVBUF), int, __sock_queue_rcv_skb,
	      struct sock *, sk, struct sk_buff *, skb)
{
	unsigned long bytes = skb->truesize;
	int charged;
	int err;

	vzctx_hook_enter();
	charged = grow(sk, UB_DGRAMRCVBUF, used_of(sk, SK_MEM_RECV), bytes);
	if (charged && charged != -ENOENT) {
		sk_drops_inc(sk);
		err = -ENOBUFS;
		goto out;
	}
	/* Once queued the packet is its reader's. */
	err = vzctx_original(__sock_queue_rcv_skb)(sk, skb);
	if (err && !charged)
		vzctx_owner_shrink(sk, UB_DGRAMRCVBUF, bytes);
out:
	vzctx_hook_exit();
	return err;
}

VZCTX_WRAPPER(VZCTX_FOR(UB_DGRAMRCVBUF), void, sock_rfree,
	      struct sk_buff *, skb)
{
	struct sock *sk = skb->sk;

	vzctx_hook_enter();
	vzctx_owner_shrink(sk, UB_DGRAMRCVBUF, skb->truesize);
	vzctx_original(sock_rfree)(skb);
	vzctx_hook_exit();
}

/* Received by packet sockets, which do not say whether they kept a packet */

static void arrive(struct vzctx_owner *own, void *arg)
{
	own->state++;
}

/*
 * Nothing is queued while no packet is arriving, so what is charged above what
 * is queued was for packets the socket did not want.
 */
static void arrived(struct vzctx_owner *own, void *arg)
{
	unsigned long units = vzctx_owner_get(own, UB_DGRAMRCVBUF);
	unsigned long queued = used_of(arg, SK_MEM_RECV);

	if (!--own->state && queued < units)
		vzctx_owner_give(own, UB_DGRAMRCVBUF, units - queued);
}

/* In softirq or with softirqs off, a CPU at a time: states do not overflow. */
VZCTX_WRAPPER(VZCTX_BY_OPTION(CONFIG_PACKET, "af_packet", UB_DGRAMRCVBUF),
	      int, packet_rcv, struct sk_buff *, skb,
	      struct net_device *, dev, struct packet_type *, pt,
	      struct net_device *, orig_dev)
{
	struct sock *sk = pt->af_packet_priv;
	int err = -ENOENT;
	bool known;
	int ret = 0;

	vzctx_hook_enter();
	known = vzctx_owner_look(sk, UB_DGRAMRCVBUF, arrive, NULL);
	if (known)
		err = grow(sk, UB_DGRAMRCVBUF, used_of(sk, SK_MEM_RECV),
			   skb->truesize);
	if (!err || err == -ENOENT) {
		ret = vzctx_original(packet_rcv)(skb, dev, pt, orig_dev);
	} else {
		sk_drops_inc(sk);
		kfree_skb(skb);
	}
	if (known)
		vzctx_owner_look(sk, UB_DGRAMRCVBUF, arrived, sk);
	vzctx_hook_exit();
	return ret;
}

/* Packets sent outside it: unix, UDP, raw, packet sockets */

/*
 * Waits until a request may succeed. There is nothing to be woken by: room
 * comes from any socket of the context and from a limit that is raised, so this
 * looks again and again, as the kernel does where TCP memory is short. Returns
 * 0 to try again, or -errno.
 */
static int wait_for_room(struct sock *sk, unsigned long bytes, long *timeo)
{
	struct vzctx *ctx = vzctx_owner_payer(sk, UB_OTHERSOCKBUF);
	long nap = msecs_to_jiffies(VZCTX_SOCKBUF_POLL_MS) + 1;
	struct vzctx_bc_state bc;
	unsigned long top;
	int err = 0;

	if (!ctx)
		return 0;
	for (;;) {
		vzctx_bc_read(&ctx->bc[UB_OTHERSOCKBUF], &bc);
		top = severity_of(ctx, UB_OTHERSOCKBUF,
				  sk_wmem_alloc_get(sk) + bytes) == VZCTX_SOFT ?
		      bc.limit : min(bc.barrier, bc.limit);
		if (bytes > bc.limit)
			err = -ENOBUFS;
		else if (!*timeo)
			err = -EAGAIN;
		else if (signal_pending(current))
			err = sock_intr_errno(*timeo);
		if (err || (bytes <= top && bc.held <= top - bytes))
			break;
		/* The kernel has something to say, or limits are no more. */
		if (sk->sk_err || READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN ||
		    !vzctx_hook_count())
			break;
		nap = min(nap, *timeo);
		if (*timeo == MAX_SCHEDULE_TIMEOUT)
			schedule_timeout_interruptible(nap);
		else
			*timeo -= nap - schedule_timeout_interruptible(nap);
	}
	vzctx_put(ctx);
	return err;
}

/* Frees a packet that was never charged, so must not be given back. */
static void discard(struct sk_buff *skb)
{
	vzctx_original(sock_wfree)(skb);
	skb->destructor = NULL;
	skb->sk = NULL;
	kfree_skb(skb);
}

/*
 * Charged when its size is known, and made again if there was no room. Stays.
 */
VZCTX_WRAPPER(VZCTX_FOR(UB_OTHERSOCKBUF), struct sk_buff *, sock_alloc_send_pskb,
	      struct sock *, sk, unsigned long, header_len,
	      unsigned long, data_len, int, noblock, int *, errcode,
	      int, max_page_order)
{
	struct vzctx_growth by = { .judge = severity_of };
	long timeo = sock_sndtimeo(sk, noblock);
	struct sk_buff *skb;
	int err;

	for (;;) {
		skb = vzctx_original(sock_alloc_send_pskb)(sk, header_len,
							   data_len, noblock,
							   errcode,
							   max_page_order);
		if (!skb)
			break;
		by.units = skb->truesize;
		by.used = sk_wmem_alloc_get(sk);
		/* Packets grow after they were charged; that is caught up. */
		by.floor = by.used;
		err = vzctx_owner_grow_by(sk, UB_OTHERSOCKBUF, &by);
		if (!err || err == -ENOENT || !vzctx_hook_count())
			break;
		discard(skb);
		skb = NULL;
		err = wait_for_room(sk, by.units, &timeo);
		if (err) {
			*errcode = err;
			break;
		}
	}
	vzctx_stay_end();
	return skb;
}

/* The socket may go with the packet. */
VZCTX_WRAPPER(VZCTX_FOR(UB_OTHERSOCKBUF), void, sock_wfree,
	      struct sk_buff *, skb)
{
	struct sock *sk = skb->sk;

	vzctx_hook_enter();
	if (refcount_read(&sk->sk_wmem_alloc) <= skb->truesize + 1)
		vzctx_owner_fit(sk, UB_OTHERSOCKBUF, 0, 0);
	else
		vzctx_owner_shrink(sk, UB_OTHERSOCKBUF, skb->truesize);
	vzctx_original(sock_wfree)(skb);
	vzctx_hook_exit();
}

/* Whether the kernel keeps an account for the sockets of this kind. */
static __always_inline bool has_account(const struct sock *sk)
{
	return sk->sk_prot->memory_allocated;
}

static __always_inline const struct sock *sock_of(const struct sk_buff *skb)
{
	return skb->sk;
}

static __always_inline const void *listener_of(const struct packet_type *pt)
{
	return pt->af_packet_priv;
}

VZCTX_HOOK_TEST(reserves)
{
	return (int)(long)VZCTX_HOOK_ARG(2) == SO_RESERVE_MEM &&
	       (int)(long)VZCTX_HOOK_ARG(1) == SOL_SOCKET &&
	       vzctx_owner_known(VZCTX_HOOK_ARG0, UB_TCPSNDBUF);
}

VZCTX_HOOK_TEST(charged)
{
	return vzctx_owner_known(VZCTX_HOOK_ARG0, UB_OTHERSOCKBUF) &&
	       vzctx_stay_begin();
}

VZCTX_HOOK_TEST(no_account)
{
	return !has_account(VZCTX_HOOK_ARG0);
}

VZCTX_HOOK_TEST(no_account_of_its)
{
	return !has_account(sock_of(VZCTX_HOOK_ARG0));
}

VZCTX_HOOK_CALLBACK(packet_rcv, vzctx_owner_maybe(listener_of(VZCTX_HOOK_ARG(2))))

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(owner, __sk_mem_reduce_allocated),
	VZCTX_HOOK_GROUPED(owner, sk_forced_mem_schedule),
	VZCTX_HOOK_GROUPED_IF(owner, sk_setsockopt, reserves),
	VZCTX_HOOK_GROUPED(owner, __sk_mem_raise_allocated),
	VZCTX_HOOK_GROUPED_IF(packet, sock_rfree, no_account_of_its),
	VZCTX_HOOK_GROUPED_IF(owner, __sock_queue_rcv_skb, no_account),
	VZCTX_HOOK_ROW(packet_rcv),
	VZCTX_HOOK_GROUPED(packet, sock_wfree),
	VZCTX_HOOK_GROUPED_IF(owner, sock_alloc_send_pskb, charged),
};

const struct vzctx_hook_table vzctx_hook_sockbuf = {
	.hook = rows, .nr = ARRAY_SIZE(rows)
};
