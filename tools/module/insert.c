// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - putting the module into the kernel
 */
#include <errno.h>
#include <libkmod.h>

#include "module/insert.h"

int insert_module(void)
{
	struct kmod_list *list = NULL, *it;
	struct kmod_ctx *kmod = kmod_new(NULL, NULL);
	int ret;

	if (!kmod)
		return -ENOMEM;
	ret = kmod_module_new_from_lookup(kmod, "vzctx", &list);
	if (ret >= 0 && !list)
		ret = -ENOENT;
	for (it = list; it && ret >= 0; it = kmod_list_next(list, it)) {
		struct kmod_module *mod = kmod_module_get_module(it);

		ret = kmod_module_probe_insert_module(mod, 0, NULL, NULL, NULL, NULL);
		kmod_module_unref(mod);
	}
	kmod_module_unref_list(list);
	kmod_unref(kmod);
	return ret;
}
