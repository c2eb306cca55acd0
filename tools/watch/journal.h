/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - events in the system's journal, with a field for each figure
 */
#ifndef _VZCTX_WATCH_JOURNAL_H
#define _VZCTX_WATCH_JOURNAL_H

#include "module/ctxinfo.h"

/** Finds libsystemd. Return: 0, or -ENOENT when it is not installed. */
int journal_open(void);

/**
 * journal_event - writes one entry; what it means is in vzctx.catalog
 * @r: its resource, or NULL
 * @comm: the task's name, escaped
 */
void journal_event(const struct vz_event *ev, const struct vz_res *r,
		   const char *comm);

#endif /* _VZCTX_WATCH_JOURNAL_H */
