// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx start - run a container's init, or one command
 */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/msg.h"
#include "life/life.h"
#include "verbs/cmd.h"

/* How long --wait waits; a Debian under emulation takes a minute. */
static void help(const struct verb *verb)
{
	verb_help(verb);
	printf("  -F, --foreground  wait for its end and return the command's status\n"
	       "      --wait        wait until its init says that it is up\n"
	       "      --force       start it although its configuration says DISABLED\n"
	       "  -q, --quiet       say nothing of success\n"
	       "  -v, --verbose     say what could not be had\n\n"
	       "Without COMMAND its /sbin/init, /etc/init or /bin/init is run. With -F the\n"
	       "standard descriptors are pipes to the caller's, or, on a terminal, a terminal\n"
	       "made inside. Without -F an init has the console, which `vzctx console` shows,\n"
	       "and a command has /dev/null. An init that reboots is started again.\n");
}

int cmd_start(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "foreground", no_argument, NULL, 'F' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "wait", no_argument, NULL, 'w' },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct life_start s = { 0 };
	int opt, ret, status;

	/* Options may stand on either side of the CTID; the rest is COMMAND. */
	for (;;) {
		opt = getopt_long(argc, argv, "+:Fqvh", opts, NULL);
		if (opt == 'F') {
			s.foreground = true;
		} else if (opt == 'v') {
			s.verbose = true;
		} else if (opt == 'q') {
			msg_quiet = true;
		} else if (opt == 'w') {
			s.wait_s = LIFE_WAIT_S;
		} else if (opt == 'f') {
			s.force = true;
		} else if (opt == 'h') {
			help(verb);
			return EXIT_OK;
		} else if (opt >= 0) {
			return verb_badopt(opt, argv);
		} else if (s.ctid) {
			break;
		} else {
			ret = verb_ctid(argc, argv, false, &s.ctid);
			if (ret)
				return ret;
		}
	}
	if (optind < argc)
		s.argv = argv + optind;

	ret = life_start(&s, &status, &msg_report);
	return ret || !s.foreground ? ret : status;
}
