// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx mount, vzctx umount - the private area on VE_ROOT
 */
#include <getopt.h>
#include <stdio.h>

#include "lib/msg.h"
#include "life/life.h"
#include "verbs/cmd.h"

/* Return: EXIT_OK with @ctid, -1 after the help text, or an exit code. */
static int words(const struct verb *verb, int argc, char **argv, const char *more,
		 uint32_t *ctid)
{
	static const struct option opts[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt = getopt_long(argc, argv, ":h", opts, NULL);

	if (opt == 'h') {
		verb_help(verb);
		printf("%s", more);
		return -1;
	}
	if (opt >= 0)
		return verb_badopt(opt, argv);
	return verb_ctid(argc, argv, true, ctid);
}

int cmd_mount(const struct verb *verb, int argc, char **argv)
{
	uint32_t ctid;
	int ret = words(verb, argc, argv,
			"The action scripts premount and mount are run. A start does it by itself.\n",
			&ctid);

	return ret < 0 ? EXIT_OK : ret ? ret : life_mount(ctid, &msg_report);
}

int cmd_umount(const struct verb *verb, int argc, char **argv)
{
	uint32_t ctid;
	int ret = words(verb, argc, argv,
			"The action scripts umount and postumount are run. The end of a container does it\n"
			"by itself.\n", &ctid);

	return ret < 0 ? EXIT_OK : ret ? ret : life_umount(ctid, &msg_report);
}
