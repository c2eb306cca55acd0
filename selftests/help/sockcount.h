/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - what a container has in sockets
 */
#ifndef _SELFTESTS_SOCKCOUNT_H
#define _SELFTESTS_SOCKCOUNT_H

#include "sockservant.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define tcp() bc_held(&self->g, 101, UB_NUMTCPSOCK)
#define other() bc_held(&self->g, 101, UB_NUMOTHERSOCK)
#define used() net_number(self->ct.init, "sockstat", "sockets:", "used")
#define limit(id, n) vz_set(&self->g, 101, id, n, n)

#endif /* _SELFTESTS_SOCKCOUNT_H */
