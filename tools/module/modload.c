// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the connection every verb starts with
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/report.h"
#include "module/insert.h"
#include "module/modload.h"

static int load(void)
{
	return insert_module ? insert_module() :
			       whole_call((char *[]){ "vzctx", INSERT_WORD, NULL });
}

/* Which library it is the dynamic linker has said. */
static int no_whole(struct report *report)
{
	char place[PATH_MAX] = "";
	int ret = whole_place(place, sizeof(place));

	return report_wrong(report, EXIT_NOMODULE,
			    "the vzctx module is not loaded, and %s, which loads it, %s, or load the module with `modprobe vzctx`",
			    *place ? place : "vzctx-whole",
			    ret ? "is missing; `make install` puts it there" :
				  "lacks a library; install it");
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
		if (err == -ELIBACC)
			return no_whole(report);
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
