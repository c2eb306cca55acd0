// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx exec, vzctx enter - a program inside a running context
 */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/msg.h"
#include "life/life.h"
#include "verbs/cmd.h"

static int run(uint32_t ctid, char **argv, enum tty_mode mode)
{
	int status, ret = life_run(ctid, argv, mode, &status, &msg_report);

	/* What did not run at all has its own status among the command's. */
	return ret && status == EXIT_FAILED ? ret : status;
}

int cmd_exec(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "tty", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	enum tty_mode mode = TTY_PASS;
	uint32_t ctid = 0;
	int opt, ret;

	for (;;) {
		opt = getopt_long(argc, argv, "+:th", opts, NULL);
		if (opt == 't') {
			mode = TTY_PTY;
		} else if (opt == 'h') {
			verb_help(verb);
			printf("  -t, --tty  give it a terminal, made inside the container\n\n"
			       "Without -t it has pipes from and to the caller's standard descriptors, and\n"
			       "exec ends with it, whatever it leaves behind. The exit status is the command's, 128 + N after\n"
			       "signal N, 127 when it was not found, 126 when it could not be run.\n");
			return EXIT_OK;
		} else if (opt >= 0) {
			return verb_badopt(opt, argv);
		} else if (ctid) {
			break;
		} else {
			ret = verb_ctid(argc, argv, false, &ctid);
			if (ret)
				return ret;
		}
	}
	if (optind >= argc)
		return msg_usage(argv[0], "exec needs a COMMAND");
	return run(ctid, argv + optind, mode);
}

int cmd_enter(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	uint32_t ctid;
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":h", opts, NULL)) >= 0) {
		if (opt != 'h')
			return verb_badopt(opt, argv);
		verb_help(verb);
		printf("The shell is /bin/bash, or /bin/sh, on a terminal made inside the container.\n");
		return EXIT_OK;
	}
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	return run(ctid, NULL, TTY_PTY);
}
