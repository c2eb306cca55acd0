// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx status - what there is of a container at this instant
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/msg.h"
#include "life/life.h"
#include "module/ended.h"
#include "verbs/cmd.h"

int cmd_status(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt = getopt_long(argc, argv, ":h", opts, NULL), ret;
	struct life_state st;
	char how[160];
	uint32_t ctid;

	if (opt == 'h') {
		verb_help(verb);
		printf("One line of words: exist or deleted, mounted or unmounted, running or down. Then\n"
		       "how its command ended, and what a killed verb has left unfinished, if so.\n"
		       "The exit status is 0 in any case.\n");
		return EXIT_OK;
	}
	if (opt >= 0)
		return verb_badopt(opt, argv);
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	life_state(ctid, &st);
	printf("CTID %u %s %s %s%s\n", ctid, st.exists ? "exist" : "deleted",
	       st.mounted ? "mounted" : "unmounted",
	       st.running ? "running" : "down",
	       st.suspended ? " suspended" : "");
	if (!st.running && *ended_text(ctid, how, sizeof(how)))
		printf("%s\n", how + strlen("; "));
	life_unfinished(ctid, &st, &msg_report);
	return EXIT_OK;
}
