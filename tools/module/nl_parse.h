/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - attributes from the module to plain structs; for nl.c alone
 *
 * @tb is the top level of one message, indexed by enum vzctx_attr. Every
 * function returns 0 or -errno; what was filled is the caller's to free even
 * after a failure.
 */
#ifndef _VZCTX_MODULE_NL_PARSE_H
#define _VZCTX_MODULE_NL_PARSE_H

#include "module/ctxinfo.h"

struct nlattr;

/** @arg: struct vz_reslist, which grows by one. */
int nl_parse_res(struct nlattr **tb, void *arg);

/** struct nl_text - where a text goes, and how much of it */
struct nl_text {
	char *text;
	size_t size;
};

/** @arg: struct nl_text. */
int nl_parse_views(struct nlattr **tb, void *arg);

/** @arg: struct vz_ctx, zeroed before. */
int nl_parse_ctx(struct nlattr **tb, void *arg);

/** @arg: struct vz_ctxlist, which grows by one. */
int nl_parse_listed(struct nlattr **tb, void *arg);

/** @arg: struct vz_eventlist, which grows by one. */
int nl_parse_hit(struct nlattr **tb, void *arg);

int nl_parse_event(struct nlattr **tb, struct vz_event *ev);

#endif /* _VZCTX_MODULE_NL_PARSE_H */
