/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - one context's part in what the host has promised
 */
#ifndef _VZCTX_LIMIT_OVERCOMMIT_ONE_H
#define _VZCTX_LIMIT_OVERCOMMIT_ONE_H

#include <stdint.h>

#include "lib/print.h"
#include "module/nl.h"

extern const struct column part_columns[];
extern const size_t part_ncolumns;

/**
 * overcommit_of - prints one context's part in that, by kind of memory
 *
 * Return: EXIT_OK, or EXIT_FAILED when it cannot be told.
 */
int overcommit_of(struct vznl *nl, uint32_t ctid, const struct out *out);

#endif /* _VZCTX_LIMIT_OVERCOMMIT_ONE_H */
