/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx limit - the three things it does
 */
#ifndef _VZCTX_VERBS_LIMIT_H
#define _VZCTX_VERBS_LIMIT_H

#include "conf/profile.h"
#include "lib/print.h"
#include "limit/limitset.h"
#include "limit/vswap.h"
#include "module/nl.h"

/** struct limit - what is on the command line */
struct limit {
	uint32_t ctid;		/* 0: all, of --overcommit */
	char **words;		/* RES=BAR[:LIM], up to a NULL */
	struct vznl *nl;
	struct vz_reslist res;
	struct limitset set;	/* limit_words() fills it */
	struct vswap vswap;
	const struct profile *profile;
	bool save, dry_run;
	struct out out;
};

/* Each is told the rest by @l, tells the user, and returns an exit code. */

/** limit_set - sets limits, saves them, or has the kernel check them */
int limit_set(struct limit *l);

/** limit_judge - says whether the limits fit each other */
int limit_judge(struct limit *l);

/** limit_sum - prints what the host has promised, or the context's part of it */
int limit_sum(struct limit *l);

/** limit_words - makes limits of words, sizes and profile */
int limit_words(struct limit *l);

#endif /* _VZCTX_VERBS_LIMIT_H */
