/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the hook tables, one a kernel surface
 */
#ifndef _VZCTX_HOOK_TABLES_H
#define _VZCTX_HOOK_TABLES_H

struct vzctx_hook_table;

extern const struct vzctx_hook_table vzctx_hook_ctx;
extern const struct vzctx_hook_table vzctx_hook_file;
extern const struct vzctx_hook_table vzctx_hook_task;

#endif /* _VZCTX_HOOK_TABLES_H */
