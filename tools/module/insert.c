// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - putting the module into the kernel
 */
#include <dlfcn.h>
#include <errno.h>
#include <libkmod.h>
#include <stdbool.h>

#include "module/insert.h"

/* Functions of libkmod; X(name) for each. */
#define FUNCTIONS(X)			\
	X(kmod_new)			\
	X(kmod_unref)			\
	X(kmod_list_next)		\
	X(kmod_module_new_from_lookup)	\
	X(kmod_module_get_module)	\
	X(kmod_module_probe_insert_module) \
	X(kmod_module_unref)		\
	X(kmod_module_unref_list)

struct library {
#define MEMBER(fn) typeof(fn) *fn;
	FUNCTIONS(MEMBER)
};

/* Loaded only here: it draws in a library of ciphers, and most runs do without. */
static bool open_library(struct library *lib)
{
	void *handle = dlopen("libkmod.so.2", RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return false;
#define TAKE(fn) lib->fn = dlsym(handle, #fn); if (!lib->fn) return false;
	FUNCTIONS(TAKE)
	return true;
}

int insert_module(void)
{
	struct kmod_list *list = NULL, *it;
	struct kmod_ctx *kmod;
	struct library lib;
	int ret;

	if (!open_library(&lib))
		return -ELIBACC;
	kmod = lib.kmod_new(NULL, NULL);
	if (!kmod)
		return -ENOMEM;
	ret = lib.kmod_module_new_from_lookup(kmod, "vzctx", &list);
	if (ret >= 0 && !list)
		ret = -ENOENT;
	for (it = list; it && ret >= 0; it = lib.kmod_list_next(list, it)) {
		struct kmod_module *mod = lib.kmod_module_get_module(it);

		ret = lib.kmod_module_probe_insert_module(mod, 0, NULL, NULL,
							  NULL, NULL);
		lib.kmod_module_unref(mod);
	}
	lib.kmod_module_unref_list(list);
	lib.kmod_unref(kmod);
	return ret;
}
