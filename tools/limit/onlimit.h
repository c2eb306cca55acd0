/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what follows a refusal, in the configuration
 *
 * ON_LIMIT="numproc:freeze numfile:kill", a key of vzctx's own. A resource that
 * is not named, or is named with notify, has the kernel's default, notify.
 */
#ifndef _VZCTX_LIMIT_ONLIMIT_H
#define _VZCTX_LIMIT_ONLIMIT_H

#include "conf/conf.h"
#include "lib/report.h"
#include "module/ctxinfo.h"

struct vznl;

/** Return: "notify", "freeze", "kill", or "unknown". */
const char *onlimit_word(uint32_t action);

/** onlimit_parse - Return: false if @word is none of these. */
bool onlimit_parse(const char *word, uint32_t *action);

/**
 * onlimit_read - the actions the file asks for, of resources the kernel counts
 * @set: room for as many as @res has rows; the figures are kept
 *
 * What cannot be read is reported. Return: how many, or -EINVAL.
 */
int onlimit_read(const struct conf *c, uint32_t ctid,
		 const struct vz_reslist *res, struct vz_set *set,
		 struct report *report);

/**
 * onlimit_write - puts the actions of @set into the file
 *
 * Those of other resources stay, entries without an action are passed over.
 * Return: 0 or -errno.
 */
int onlimit_write(struct conf *c, const struct vz_reslist *res,
		  const struct vz_set *set, size_t n);

/**
 * onlimit_apply - gives a context the actions its file asks for
 *
 * The context is bound, and its cgroup made. Return: EXIT_OK, or EXIT_FAILED,
 * which has been reported.
 */
int onlimit_apply(struct vznl *nl, uint32_t ctid, const struct conf *c,
		  struct report *report);

#endif /* _VZCTX_LIMIT_ONLIMIT_H */
