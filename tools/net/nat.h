/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - addresses of containers behind one of the host's, and limits of their rate
 *
 * MASQUERADE="yes": what a container sends to elsewhere leaves under the host's
 * address. PUBLISH="8080/tcp:80 ...": what comes to a port of the host's goes to one
 * of the container's. RATE and RATEBOUND="yes": what its addresses carry in a second, each
 * way. All are about addresses of venet.
 *
 * All of it stands in one table of nftables, inet vzctx, in which nothing else is. It
 * is made anew, in one step, of what the files of the running containers say.
 */
#ifndef _VZCTX_NET_NAT_H
#define _VZCTX_NET_NAT_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "lib/report.h"
#include "module/nl.h"

/** Whether a configuration asks for it. */
bool nat_wanted(const struct conf *c);

/**
 * nat_set - makes the table what it is to be
 * @ctid: the container that this is about
 * @c: what it is to have; NULL: nothing, or nothing any more
 *
 * Return: EXIT_OK or OUT_NAT, reported, with nothing changed.
 */
int nat_set(struct vznl *nl, uint32_t ctid, const struct conf *c,
	    struct report *report);

#endif /* _VZCTX_NET_NAT_H */
