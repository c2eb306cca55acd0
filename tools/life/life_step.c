// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what every step of a life asks first
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/confkey.h"
#include "lib/msg.h"
#include "life/life_step.h"
#include "module/nl.h"

int no_conf(uint32_t ctid, const char *intent)
{
	char path[64];

	if (errno == ENOENT)
		return msg_end(OUT_NO_CONF, 0, "there is no such CT; make it with `vzctx create`",
			       "%s", intent);
	conf_path(ctid, path, sizeof(path));
	return msg_end(OUT_BAD_CONF, errno, NULL, "%s: read %s", intent, path);
}

int check_finished(uint32_t ctid, const struct conf *c, const char *intent)
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
	return msg_end(OUT_UNFINISHED, 0, text, "%s", intent);
}

int is_running(uint32_t ctid, const char *intent)
{
	struct vz_ctx c;
	struct vznl *nl;
	int ret = vznl_open(&nl);

	/* Without the module nothing runs, and it is not loaded for this. */
	if (ret == -ENOENT)
		return 0;
	if (ret) {
		msg_fail(-ret, NULL, "talk to the vzctx module");
		return -1;
	}
	ret = vznl_get(nl, ctid, &c);
	if (!ret) {
		vz_ctx_free(&c);
		ret = 1;
	} else if (ret == -ENOENT) {
		ret = 0;
	} else {
		msg_fail(-ret, vznl_sentence(nl), "%s", intent);
		ret = -1;
	}
	vznl_close(nl);
	return ret;
}
