// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the connection every verb starts with
 */
#include <dlfcn.h>
#include <errno.h>
#include <libkmod.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/report.h"
#include "module/modload.h"

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

/*
 * Return: -ENOENT when no such module is installed for the running kernel, -ELIBACC
 * without libkmod.
 */
static int load(void)
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

int modload_open(int (*open)(struct vznl **nlp), struct vznl **nlp,
		 struct report *report)
{
	struct utsname un;
	int ret = open(nlp);

	if (ret == -ENOENT && !access("/sys/module/vzctx", F_OK))
		return report_wrong(report, EXIT_NOMODULE,
				    "the vzctx module is loaded, but its netlink family is not visible from this network namespace; run %s on the host",
				    prog_name);
	if (ret == -ENOENT) {
		int err = load();

		uname(&un);
		if (err == -ENOENT)
			return report_wrong(report, EXIT_NOMODULE,
					    "the vzctx module is not loaded and not installed for kernel %s; as root, build it with `make` and load it with `insmod build/%s/vzctx.ko`, or `make install`",
					    un.release, un.release);
		if (err < 0)
			return report_fail(report, EXIT_NOMODULE, -err, NULL,
					   "load the vzctx module for kernel %s",
					   un.release);
		ret = open(nlp);
	}
	return ret ? report_fail(report, ret == -ENOENT ? EXIT_NOMODULE :
				 EXIT_FAILED, -ret, NULL,
				 "talk to the vzctx module") : EXIT_OK;
}
