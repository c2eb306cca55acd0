/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - which resources a socket is charged for
 */
#ifndef _VZCTX_HOOK_SOCK_H
#define _VZCTX_HOOK_SOCK_H

#include <linux/bits.h>
#include <uapi/linux/beancounter.h>

/** Resources that count sockets. */
#define VZCTX_SOCK_COUNTS	(BIT(UB_NUMTCPSOCK) | BIT(UB_NUMOTHERSOCK))

/*
 * Resources of the memory a socket holds. The entry of a socket that counts stands
 * for each that applies, of 0 units at first, from its making until it is freed; so
 * a packet that arrives has nothing to allocate and nobody to look for.
 */
#define VZCTX_SOCK_BUFS		(BIT(UB_TCPSNDBUF) | BIT(UB_TCPRCVBUF) | \
				 BIT(UB_OTHERSOCKBUF) | BIT(UB_DGRAMRCVBUF))

/* What goes without a hook of every socket, or of every TCP socket; for VZCTX_FOR(). */
#define VZCTX_SOCK_ALL	UB_NUMOTHERSOCK, UB_NUMTCPSOCK, UB_TCPSNDBUF,	\
			UB_TCPRCVBUF, UB_OTHERSOCKBUF, UB_DGRAMRCVBUF
#define VZCTX_SOCK_TCP	UB_NUMTCPSOCK, UB_TCPSNDBUF, UB_TCPRCVBUF

#endif /* _VZCTX_HOOK_SOCK_H */
