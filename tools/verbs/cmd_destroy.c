// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx destroy - forget a stopped context
 */
#include <getopt.h>
#include <stdio.h>

#include "conf/conf.h"
#include "lib/msg.h"
#include "life/life.h"
#include "verbs/cmd.h"

int cmd_destroy(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "purge", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool do_purge = false;
	uint32_t ctid;
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":h", opts, NULL)) >= 0) {
		if (opt == 'p') {
			do_purge = true;
		} else if (opt == 'h') {
			verb_help(verb);
			printf("  --purge  remove the private area too, wherever it lies\n\n"
			       "The configuration is renamed to " CONF_DIR "/CTID.conf.destroyed.\n");
			return EXIT_OK;
		} else {
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	return life_destroy(ctid, do_purge, &msg_report);
}
