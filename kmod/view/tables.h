/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the hook tables of views
 */
#ifndef _VZCTX_VIEW_TABLES_H
#define _VZCTX_VIEW_TABLES_H

struct vzctx_hook_table;

extern const struct vzctx_hook_table vzctx_view_cpu;
extern const struct vzctx_hook_table vzctx_view_disk;
extern const struct vzctx_hook_table vzctx_view_memory;
extern const struct vzctx_hook_table vzctx_view_sysinfo;
extern const struct vzctx_hook_table vzctx_view_task;
extern const struct vzctx_hook_table vzctx_view_time;

#endif /* _VZCTX_VIEW_TABLES_H */
