// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx freeze, thaw - hold all of a context, and let it go on
 */
#include <errno.h>
#include <getopt.h>
#include <time.h>
#include <unistd.h>

#include "engine/cgroup.h"
#include "lib/msg.h"
#include "lib/until.h"
#include "verbs/cmd.h"

#define FREEZE_MS	10000

static int write_freeze(const struct verb *verb, int argc, char **argv, const char *text,
			uint32_t *ctid)
{
	static const struct option opts[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt, ret, fd;

	while ((opt = getopt_long(argc, argv, ":h", opts, NULL)) >= 0) {
		if (opt != 'h')
			return verb_badopt(opt, argv);
		verb_help(verb);
		*ctid = 0;
		return EXIT_OK;
	}
	ret = verb_ctid(argc, argv, true, ctid);
	if (ret)
		return ret;
	fd = cgroup_freezer(*ctid);
	if (fd < 0)
		return msg_fail(-fd, fd == -ENOENT ?
				"it is not running, or has no cgroup" : NULL,
				"%s CT %u", verb->name, *ctid);
	ret = write(fd, text, 1) == 1 ? EXIT_OK :
	      msg_fail(errno, NULL, "%s CT %u", verb->name, *ctid);
	close(fd);
	return ret;
}

int cmd_thaw(const struct verb *verb, int argc, char **argv)
{
	uint32_t ctid;

	return write_freeze(verb, argc, argv, "0", &ctid);
}

/* A task in the middle of a system call is held at its end. */
int cmd_freeze(const struct verb *verb, int argc, char **argv)
{
	const int64_t end = until_now() + FREEZE_MS;
	const struct timespec pause = { 0, 20 * 1000000L };
	uint32_t ctid;
	int ret = write_freeze(verb, argc, argv, "1", &ctid);

	if (ret || !ctid)
		return ret;
	while (!cgroup_still(ctid)) {
		if (until_now() >= end)
			return msg_fail(0, "a task of it is in the kernel and does not come out; it is held when it does",
					"freeze CT %u within %d s", ctid, FREEZE_MS / 1000);
		nanosleep(&pause, NULL);
	}
	return EXIT_OK;
}
