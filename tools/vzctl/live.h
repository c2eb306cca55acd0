/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - settings of a running container: all that are asked for, or none
 */
#ifndef _VZCTX_VZCTL_LIVE_H
#define _VZCTX_VZCTL_LIVE_H

#include <linux/beancounter.h>
#include <netinet/in.h>

#include "engine/cpu.h"
#include "engine/io.h"
#include "inside/files.h"
#include "life/life.h"
#include "module/ctxinfo.h"
#include "vzctl/plan.h"

/** struct live_ip - an address that was given to the container, or taken from it */
struct live_ip {
	struct in6_addr ip;
	bool added;
};

/** struct setlive - what was done, so that it can be undone */
struct setlive {
	uint32_t ctid;
	const struct setplan *plan;
	bool tried[WAY_END];
	struct vz_set was[UB_RESOURCES];	/* the limits it had */
	size_t nwas;
	struct cgcpu cpu;
	struct cgio io;
	struct life_quota_was quota;
	int devices;		/* of devices_keep() */
	char name[HOSTNAME_SIZE];
	struct file_was hostname, hosts, resolv;
	struct live_ip *ips;	/* addresses that came and went, in that order */
	size_t nips;
};

/**
 * setlive_apply - puts the changes of a plan into effect, one way after the other
 * @l: ctid and plan are set, the rest is zero
 *
 * Return: 0, or OpenVZ's exit code with nothing changed; the user has been told.
 */
int setlive_apply(struct setlive *l);

/** Puts back what setlive_apply() has changed, as it was and not as the file says. */
void setlive_undo(struct setlive *l);

/** Frees what setlive_apply() has remembered. */
void setlive_forget(struct setlive *l);

/* live_limits.c: a row of the table of ways. */

/**
 * limits_apply - the limits of all beancounters in one request to the kernel
 *
 * It takes all of them or none, and the one it refuses is named.
 * Return: as setlive_apply().
 */
int limits_apply(struct setlive *l);

void limits_undo(struct setlive *l);

/* live_net.c: likewise. */

/** address_apply - --ipadd and --ipdel, one after the other. Return: as setlive_apply(). */
int address_apply(struct setlive *l);

void address_undo(struct setlive *l);

/** netif_apply - makes the interfaces what the plan makes of NETIF. Return: likewise. */
int netif_apply(struct setlive *l);

void netif_undo(struct setlive *l);

/** nat_apply - address translation as the plan has it. Return: likewise. */
int nat_apply(struct setlive *l);

void nat_undo(struct setlive *l);

/** netdev_apply - --netdev_add and --netdev_del, one after the other. Return: likewise. */
int netdev_apply(struct setlive *l);

void netdev_undo(struct setlive *l);

#endif /* _VZCTX_VZCTL_LIVE_H */
