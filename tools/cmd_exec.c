// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx exec, vzctx enter - a program inside a running context
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "join.h"
#include "modload.h"
#include "msg.h"
#include "running.h"
#include "tty.h"

static int failed(struct vznl *nl, const struct vz_ctx *before, int ret,
		  const struct chan_msg *why)
{
	if (ret != -ECHILD)
		return msg_fail(-ret, NULL, "run in CT %u", before->ctid);
	if (running_explain(nl, before, why->err))
		return EXIT_FAILED;
	msg_fail(why->err, NULL, "run in CT %u: %s%s%s", before->ctid,
		 why->what, *why->object ? " " : "", why->object);
	if (strcmp(why->what, "run"))
		return EXIT_FAILED;
	return why->err == ENOENT ? 127 : 126;
}

static int run(uint32_t ctid, char **argv, enum tty_mode mode)
{
	struct join j = { .ctid = ctid, .argv = argv };
	struct chan_msg why = { 0 };
	struct vz_ctx c;
	struct vznl *nl;
	char intent[32];
	struct tty t;
	int lock, ret;
	pid_t pid;

	snprintf(intent, sizeof(intent), "run in CT %u", ctid);
	ret = modload_open(vznl_open, &nl);
	if (ret)
		return ret;
	lock = running_lock(ctid, LOCK_SH);
	if (lock < 0) {
		ret = msg_fail(-lock, running_busy(lock), "%s", intent);
		goto out_nl;
	}
	ret = running_get(nl, ctid, intent, &c, &j.pidfd);
	close(lock);
	if (ret)
		goto out_nl;
	j.init = c.pid;

	ret = tty_init(&t, mode);
	if (!ret)
		ret = join(&j, &t, &pid, &why);
	close(j.pidfd);
	if (ret)
		ret = failed(nl, &c, ret, &why);
	else
		ret = tty_relay(&t, pid, true);
	vz_ctx_free(&c);
out_nl:
	vznl_close(nl);
	return ret;
}

int cmd_exec(int argc, char **argv)
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
			verb_help(argv[0]);
			printf("  -t, --tty  give it a terminal, made inside the context\n\n"
			       "Without -t it has the caller's standard descriptors, with pipes in place of\n"
			       "those that are terminals. The exit status is the command's, 128 + N after\n"
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

int cmd_enter(int argc, char **argv)
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
		verb_help(argv[0]);
		printf("The shell is /bin/bash, or /bin/sh, on a terminal made inside the context.\n");
		return EXIT_OK;
	}
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	return run(ctid, NULL, TTY_PTY);
}
