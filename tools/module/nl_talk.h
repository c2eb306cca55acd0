/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - how a request travels to the module and its answer back
 *
 * For the files that make requests (nl.h).
 */
#ifndef _VZCTX_MODULE_NL_TALK_H
#define _VZCTX_MODULE_NL_TALK_H

#include <stdbool.h>

#include "module/ctxinfo.h"

struct nl_msg;
struct nl_sock;
struct nlattr;

struct vznl {
	struct nl_sock *sk;
	int family;
	char sentence[256];
	/* state of the request under way */
	int err;
	bool done;
	bool torn;
	int (*fn)(struct nlattr **tb, void *arg);
	void (*event_fn)(const struct vz_event *ev, void *arg);
	void *arg;
};

/** A socket that is not connected; NULL without memory. vznl_close() frees it. */
struct vznl *vznl_alloc(void);

/** Finds the family. Return: 0 or -errno. */
int vznl_connect(struct vznl *nl);

/** @nle: negative. libnl has its own, smaller set of errors; these it makes. */
int vznl_errno(int nle);

/** A request to be filled; NULL without memory. */
struct nl_msg *vznl_request(struct vznl *nl, int cmd, int flags);

/**
 * nl_talk - sends @msg, frees it, and reads until the kernel has said the last word
 * @fn: called with each message of the answer until it returns an errno; or NULL
 *
 * Return: 0 or a negative errno.
 */
int vznl_talk(struct vznl *nl, struct nl_msg *msg,
	    int (*fn)(struct nlattr **tb, void *arg), void *arg);

#endif /* _VZCTX_MODULE_NL_TALK_H */
