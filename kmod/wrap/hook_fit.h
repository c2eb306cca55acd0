/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - whether the hooked functions are those the wrappers were made for
 */
#ifndef _VZCTX_HOOK_FIT_H
#define _VZCTX_HOOK_FIT_H

#include <uapi/linux/vzctx.h>

struct vzctx_hook;
struct vzctx_hook_table;

void vzctx_hook_lacks(const struct vzctx_hook *hook, enum vzctx_why why, int err);
int vzctx_hook_fit_all(const struct vzctx_hook_table *const *tables);
int vzctx_hook_fit_module(const struct vzctx_hook_table *const *tables,
			  const char *module, bool *there);
void vzctx_hook_share_lacks(unsigned int share, const struct vzctx_hook *hook,
			    enum vzctx_why why, int err);
const struct vzctx_hook *
vzctx_hook_unfit(const struct vzctx_hook_table *const *tables, const char *module,
		 bool there);
bool vzctx_hook_is_of(const struct vzctx_hook *hook, const char *module);

#endif /* _VZCTX_HOOK_FIT_H */
