// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx stop - end a container and wait until it is gone
 */
#include <getopt.h>
#include <stdio.h>

#include "lib/msg.h"
#include "lib/parse.h"
#include "life/life.h"
#include "verbs/cmd.h"

int cmd_stop(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "fast", no_argument, NULL, 'f' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	uint64_t timeout = 0;
	bool fast = false;
	uint32_t ctid;
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":qh", opts, NULL)) >= 0) {
		switch (opt) {
		case 'f':
			fast = true;
			break;
		case 'q':
			msg_quiet = true;
			break;
		case 't':
			if (!parse_u64(optarg, 86400, &timeout) || !timeout)
				return msg_usage(argv[0], "\"%s\" is no time in seconds",
						 optarg);
			break;
		case 'h':
			verb_help(verb);
			printf("  --fast       kill it at once\n"
			       "  --timeout S  kill it after S seconds (default: STOP_TIMEOUT of its\n"
			       "               configuration, or 120)\n"
			       "  -q, --quiet  say nothing of success\n\n"
			       "systemd is asked by SIGRTMIN+3, busybox by SIGUSR2, a command by SIGTERM,\n"
			       "any other init by `halt` run inside.\n");
			return EXIT_OK;
		default:
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	return life_stop(ctid, fast, timeout, &msg_report);
}
