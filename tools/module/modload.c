// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the connection every verb starts with
 */
#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/msg.h"
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

int modload_open(int (*open)(struct vznl **nlp), struct vznl **nlp)
{
	struct utsname un;
	int ret = open(nlp);

	if (ret == -ENOENT && !access("/sys/module/vzctx", F_OK)) {
		msg_note("the vzctx module is loaded, but its netlink family is not visible from this network namespace; run %s on the host",
			 prog_name);
		return EXIT_NOMODULE;
	}
	if (ret == -ENOENT) {
		int err = load();

		uname(&un);
		if (err == -ENOENT) {
			msg_note("the vzctx module is not loaded and not installed for kernel %s; as root, build it with `make` and load it with `insmod build/%s/vzctx.ko`, or `make install`",
				 un.release, un.release);
			return EXIT_NOMODULE;
		}
		if (err < 0) {
			msg_fail(-err, NULL, "load the vzctx module for kernel %s",
				 un.release);
			return EXIT_NOMODULE;
		}
		ret = open(nlp);
	}
	if (ret) {
		msg_fail(-ret, NULL, "talk to the vzctx module");
		return ret == -ENOENT ? EXIT_NOMODULE : EXIT_FAILED;
	}
	return EXIT_OK;
}
