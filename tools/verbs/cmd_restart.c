// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx restart - stop and start
 */
#include <getopt.h>
#include <stdio.h>

#include "lib/msg.h"
#include "life/life.h"
#include "verbs/cmd.h"

int cmd_restart(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "fast", no_argument, NULL, 'f' },
		{ "wait", no_argument, NULL, 'w' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct life_start s = { 0 };
	struct life_state st;
	bool fast = false;
	int opt, ret, status;

	while ((opt = getopt_long(argc, argv, ":qh", opts, NULL)) >= 0) {
		switch (opt) {
		case 'f':
			fast = true;
			break;
		case 'w':
			s.wait_s = LIFE_WAIT_S;
			break;
		case 'q':
			msg_quiet = true;
			break;
		case 'h':
			verb_help(verb);
			printf("  --fast       kill it instead of asking its init\n"
			       "  --wait       wait until its init says that it is up\n"
			       "  -q, --quiet  say nothing of success\n\n"
			       "One that is stopped is only started. A container that ran one command is started\n"
			       "with its own init: the command is not remembered.\n");
			return EXIT_OK;
		default:
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &s.ctid);
	if (ret)
		return ret;
	life_state(s.ctid, &st);
	if (st.running)
		ret = life_stop(s.ctid, fast, 0, &msg_report);
	return ret ? ret : life_start(&s, &status, &msg_report);
}
