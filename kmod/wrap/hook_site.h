/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - where the hooked functions are
 */
#ifndef _VZCTX_HOOK_SITE_H
#define _VZCTX_HOOK_SITE_H

struct vzctx_hook;
struct vzctx_hook_table;

struct vzctx_hook *vzctx_hook_next(const struct vzctx_hook_table *const *tables,
				   const struct vzctx_hook *row);
int vzctx_hook_locate(struct vzctx_hook *hook);
void vzctx_hook_locate_all(const struct vzctx_hook_table *const *tables);

#endif /* _VZCTX_HOOK_SITE_H */
