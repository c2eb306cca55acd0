// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the connection every verb starts with
 */
#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/report.h"
#include "module/modload.h"

/* Return: -ENOENT when no such module is installed for the running kernel. */
static int load(void)
{
	struct kmod_ctx *kmod = kmod_new(NULL, NULL);
	struct kmod_list *list = NULL, *it;
	int ret;

	if (!kmod)
		return -ENOMEM;
	ret = kmod_module_new_from_lookup(kmod, "vzctx", &list);
	if (ret >= 0 && !list)
		ret = -ENOENT;
	kmod_list_foreach(it, list) {
		struct kmod_module *mod = kmod_module_get_module(it);

		ret = kmod_module_probe_insert_module(mod, 0, NULL, NULL, NULL,
						      NULL);
		kmod_module_unref(mod);
		if (ret < 0)
			break;
	}
	kmod_module_unref_list(list);
	kmod_unref(kmod);
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
