/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - settings of a running container: all that are asked for, or none
 */
#ifndef _VZCTX_VZCTL_LIVE_H
#define _VZCTX_VZCTL_LIVE_H

#include "module/ctxinfo.h"
#include "vzctl/setopt.h"

/** struct setlive - what was done, so that it can be undone */
struct setlive {
	uint32_t ctid;
	const struct conf *before, *after;
	struct vz_set was[UB_RESOURCES];
	size_t nwas;
	bool cpu, hostname, dns;
};

/**
 * setlive_apply - puts a plan into effect
 * @l: ctid, before and after are set, the rest is zero
 *
 * The limits of all beancounters in one request to the kernel, which names the
 * one it refuses; then processors, host name, files inside.
 * Return: 0, or OpenVZ's exit code with nothing changed; the user has been told.
 */
int setlive_apply(struct setlive *l, const struct setplan *p);

/** Puts back what setlive_apply() has changed. */
void setlive_undo(struct setlive *l);

#endif /* _VZCTX_VZCTL_LIVE_H */
