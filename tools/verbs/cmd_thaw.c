// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx thaw - let a frozen context go on
 */
#include <errno.h>
#include <getopt.h>
#include <unistd.h>

#include "engine/cgroup.h"
#include "lib/msg.h"
#include "verbs/cmd.h"

int cmd_thaw(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	uint32_t ctid;
	int opt, ret, fd;

	while ((opt = getopt_long(argc, argv, ":h", opts, NULL)) >= 0) {
		if (opt != 'h')
			return verb_badopt(opt, argv);
		verb_help(verb);
		return EXIT_OK;
	}
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	fd = cgroup_freezer(ctid);
	if (fd < 0)
		return msg_fail(-fd, fd == -ENOENT ?
				"it is not running, or has no cgroup" : NULL,
				"thaw CT %u", ctid);
	ret = write(fd, "0", 1) == 1 ? EXIT_OK :
	      msg_fail(errno, NULL, "thaw CT %u", ctid);
	close(fd);
	return ret;
}
