// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what every step of a life asks first, and the end of a private area
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "engine/quota.h"
#include "life/life_step.h"
#include "module/nl.h"
#include "tree/area.h"
#include "tree/rmtree.h"

int no_conf(uint32_t ctid, const char *intent, struct report *report)
{
	char path[64];

	if (errno == ENOENT)
		return report_fail(report, OUT_NO_CONF, 0,
				   "there is no such CT; make it with `vzctx create`",
				   "%s", intent);
	conf_path(ctid, path, sizeof(path));
	return report_fail(report, OUT_BAD_CONF, errno, NULL, "%s: read %s",
			   intent, path);
}

int check_finished(uint32_t ctid, const struct conf *c, const char *intent,
		   struct report *report)
{
	const char *what = conf_get(c, LIFE_KEY);
	char text[128];

	if (!what)
		return EXIT_OK;
	if (!strcmp(what, "destroy"))
		snprintf(text, sizeof(text),
			 "its destruction was cut short; `%s destroy %u` ends it",
			 prog_name, ctid);
	else
		snprintf(text, sizeof(text),
			 "its creation was cut short; create it again, or `%s destroy %u` removes what is there",
			 prog_name, ctid);
	return report_fail(report, OUT_UNFINISHED, 0, text, "%s", intent);
}

int is_running(struct vznl *nl, uint32_t ctid, const char *intent,
	       struct report *report)
{
	struct vznl *own = NULL;
	struct vz_ctx c;
	int ret = nl ? 0 : vznl_open(&own);

	/* Without the module nothing runs, and it is not loaded for this. */
	if (ret == -ENOENT)
		return 0;
	if (ret) {
		report_fail(report, EXIT_FAILED, -ret, NULL,
			    "talk to the vzctx module");
		return -1;
	}
	nl = nl ?: own;
	ret = vznl_get(nl, ctid, &c);
	if (!ret) {
		vz_ctx_free(&c);
		ret = 1;
	} else if (ret == -ENOENT) {
		ret = 0;
	} else {
		report_fail(report, EXIT_FAILED, -ret, vznl_sentence(nl), "%s",
			    intent);
		ret = -1;
	}
	vznl_close(own);
	return ret;
}

int private_remove(uint32_t ctid, const struct conf *c, struct place *why)
{
	static const struct quota none;
	struct areas a;
	int parent = -1, ret = areas_load(&a, ctid, c, NULL);

	*why = (struct place)PLACE_NONE;
	if (!ret)
		ret = area_open(why, &a, AREA_PRIVATE, AREA_REMOVE);
	areas_free(&a);
	if (ret || *why->rest)
		goto out;
	parent = openat(why->parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = parent < 0 ? -errno :
	      tree_remove(parent, strrchr(why->path, '/') + 1);
	if (!ret && fsync(parent))
		ret = -errno;
	/* Whoever gets that number next is not bounded by its limits. */
	if (!ret)
		quota_set(parent, ctid, &none);
out:
	if (parent >= 0)
		close(parent);
	place_close(why);
	return ret;
}
