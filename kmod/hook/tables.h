/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the hook tables, one a kernel surface
 */
#ifndef _VZCTX_HOOK_TABLES_H
#define _VZCTX_HOOK_TABLES_H

struct vzctx_hook_table;

extern const struct vzctx_hook_table vzctx_hook_ctx;
extern const struct vzctx_hook_table vzctx_hook_file;
extern const struct vzctx_hook_table vzctx_hook_huge;
extern const struct vzctx_hook_table vzctx_hook_lease;
extern const struct vzctx_hook_table vzctx_hook_lock;
extern const struct vzctx_hook_table vzctx_hook_request;
extern const struct vzctx_hook_table vzctx_hook_sig;
extern const struct vzctx_hook_table vzctx_hook_mem;
extern const struct vzctx_hook_table vzctx_hook_mlock;
extern const struct vzctx_hook_table vzctx_hook_oom;
extern const struct vzctx_hook_table vzctx_hook_shm;
extern const struct vzctx_hook_table vzctx_hook_ipt;
extern const struct vzctx_hook_table vzctx_hook_sock;
extern const struct vzctx_hook_table vzctx_hook_sockbuf;
extern const struct vzctx_hook_table vzctx_hook_task;
extern const struct vzctx_hook_table vzctx_hook_tty;

void vzctx_hook_sig_uninit(void);

#endif /* _VZCTX_HOOK_TABLES_H */
