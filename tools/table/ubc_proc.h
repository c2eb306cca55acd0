/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - reading a file like /proc/user_beancounters
 */
#ifndef _VZCTX_TABLE_UBC_PROC_H
#define _VZCTX_TABLE_UBC_PROC_H

#include <stdint.h>

#include "table/ubc_row.h"

/**
 * ubcproc_read - reads a file like /proc/user_beancounters
 * @path: "-" for standard input
 * @ctid: only these rows; 0 for all
 *
 * Return: 0, -ENOMEM, -EPROTO if the file has another format, or what opening
 * it returned.
 */
int ubcproc_read(const char *path, uint32_t ctid, struct ubcrows *rows);

#endif /* _VZCTX_TABLE_UBC_PROC_H */
