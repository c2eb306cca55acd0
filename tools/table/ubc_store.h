/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - failures that are news: the stored snapshot
 */
#ifndef _VZCTX_TABLE_UBC_STORE_H
#define _VZCTX_TABLE_UBC_STORE_H

#include "table/ubc_row.h"

/**
 * ubcstore_compare - failures count from the stored snapshot on
 *
 * A context of another life, or one that was not there, counts from 0. Then the
 * figures of @rows become the snapshot. Return: 0 or -errno.
 */
int ubcstore_compare(struct ubcrows *rows);

#endif /* _VZCTX_TABLE_UBC_STORE_H */
