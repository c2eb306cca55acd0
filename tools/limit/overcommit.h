/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the host has promised
 */
#ifndef _VZCTX_LIMIT_OVERCOMMIT_H
#define _VZCTX_LIMIT_OVERCOMMIT_H

#include "lib/print.h"
#include "module/nl.h"

extern const struct column overcommit_columns[];
extern const size_t overcommit_ncolumns;

/**
 * overcommit - prints, per running context and in sum, what of the host's memory
 * is used, promised and the most that may be asked for
 *
 * Return: EXIT_OK, EXIT_FAILED when more is promised than there is, with a line
 * that says so, or when it cannot be told.
 */
int overcommit(struct vznl *nl, const struct out *out);

#endif /* _VZCTX_LIMIT_OVERCOMMIT_H */
