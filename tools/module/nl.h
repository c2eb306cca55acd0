/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - talking to the module
 *
 * Every function returns 0 or a negative errno, exactly the kernel's. After a
 * failure vznl_sentence() is what the kernel said about it, or "".
 */
#ifndef _VZCTX_MODULE_NL_H
#define _VZCTX_MODULE_NL_H

#include "module/ctxinfo.h"

struct vznl;

/** Return: -ENOENT when the family does not exist (module not loaded). */
int vznl_open(struct vznl **nlp);

/** NULL-safe. */
void vznl_close(struct vznl *nl);

const char *vznl_sentence(const struct vznl *nl);

int vznl_res(struct vznl *nl, struct vz_reslist *out);
int vznl_get(struct vznl *nl, uint32_t ctid, struct vz_ctx *out);

/**
 * vznl_views - what containers see of the host where they would see their own
 * @text: set to the module's words; "": nothing
 */
int vznl_views(struct vznl *nl, char *text, size_t size);

/** All contexts, dying ones last. */
int vznl_list(struct vznl *nl, struct vz_ctxlist *out);

/** @pid: the parked init, as this process sees it. */
int vznl_create(struct vznl *nl, uint32_t ctid, uint32_t pid,
		const struct vz_set *set, size_t n);
int vznl_destroy(struct vznl *nl, uint32_t ctid);

/** @freezer: the cgroup.freeze of the context, opened for writing, or -1 */
int vznl_set(struct vznl *nl, uint32_t ctid, const struct vz_set *set,
	     size_t n, bool dry_run, int freezer);

/** Contexts that have ended, in the order of their ends; @ctid 0: all. */
int vznl_last(struct vznl *nl, uint32_t ctid, struct vz_ctxlist *out);

/** The last refusals of a context, running or ended. */
int vznl_why(struct vznl *nl, uint32_t ctid, struct vz_eventlist *out);

/** Opens a non-blocking listener; it can do nothing but vznl_events_read(). */
int vznl_events_open(struct vznl **nlp);

/** For poll(2). */
int vznl_events_fd(const struct vznl *nl);

/**
 * vznl_events_read - hands every event waiting on the socket to @fn
 *
 * Return: 0 nothing is left, -ENOBUFS this listener was too slow and lost
 * events (reading on is fine), or another errno.
 */
int vznl_events_read(struct vznl *nl,
		     void (*fn)(const struct vz_event *ev, void *arg),
		     void *arg);

#endif /* _VZCTX_MODULE_NL_H */
