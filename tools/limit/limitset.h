/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the limits a command line asks for
 */
#ifndef _VZCTX_LIMIT_LIMITSET_H
#define _VZCTX_LIMIT_LIMITSET_H

#include "conf/profile.h"
#include "lib/report.h"
#include "module/ctxinfo.h"

#define LIMITSET_MAX	64	/* more than there are resources */

/** struct limitset - limits, of each resource one */
struct limitset {
	struct vz_set v[LIMITSET_MAX];
	size_t n;
	size_t own;		/* of these, given as words */
	bool act;		/* words say what follows a refusal */
	uint32_t action;	/* if @act */
};

/**
 * limitset_word - appends one RES=BAR[:LIM], or one RES if @act
 *
 * Return: EXIT_OK, or EXIT_USAGE, with what is wrong with it reported.
 */
int limitset_word(struct limitset *s, const struct vz_reslist *res,
		  const char *word, struct report *report);

/** Appends what @p has and no word has said otherwise. Return: an exit code. */
int limitset_profile(struct limitset *s, const struct vz_reslist *res,
		     const struct profile *p, struct report *report);

/**
 * limitset_settable - the part of it that the kernel can be asked for
 * @live: room for LIMITSET_MAX
 *
 * Of a profile that is what is counted; the rest is left out, with a note. Words
 * are never left out. Return: how many.
 */
size_t limitset_settable(const struct limitset *s, const struct vz_reslist *res,
			 struct vz_set *live, struct report *report);

/** The one for a resource, or NULL. */
const struct vz_set *limitset_find(const struct limitset *s, uint32_t id);

/** Puts figures and actions into the configuration. Return: an exit code. */
int limitset_save(const struct limitset *s, const struct vz_reslist *res,
		  uint32_t ctid, struct report *report);

#endif /* _VZCTX_LIMIT_LIMITSET_H */
