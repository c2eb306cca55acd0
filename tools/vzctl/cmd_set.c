// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx set - change a container's settings, and keep them
 *
 * The one verb that lies above the room of verbs: it is vzctl's set with other
 * words about how it ended, and a room includes from none above it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/names.h"
#include "lib/msg.h"
#include "verbs/cmd.h"
#include "vzctl/vzctl.h"

static int help(const struct verb *verb)
{
	verb_help(verb);
	printf("  --name NAME                the container answers to it as to its number\n"
	       "  --onboot yes|no            start it with the host (vzctx boot)\n"
	       "  --bootorder N              the higher, the earlier\n"
	       "  --description TEXT\n"
	       "  --hostname NAME\n"
	       "  --nameserver ADDRESS       or inherit: the host's\n"
	       "  --searchdomain DOMAIN      or inherit\n"
	       "  --userpasswd USER:PASSWORD\n"
	       "  --disabled yes|no          do not start it\n\n"
	       "What can be changed while it runs is changed at once, the rest holds from its next\n"
	       "start; all of it is saved. Every option of `vzctl set` is taken, see vzctl(8).\n"
	       "`vzctx limit` sets beancounters.\n");
	return EXIT_OK;
}

/* OpenVZ's exit codes for a command line that makes no sense. */
static int exit_code(int ret)
{
	switch (ret) {
	case 0:
		return EXIT_OK;
	case VZ_BAD_OPTION:
	case VZ_BAD_VALUE:
	case VZ_MISSING:
		return EXIT_USAGE;
	default:
		return EXIT_FAILED;
	}
}

/* OpenVZ's command makes a container of any number; a number mistyped is no wish. */
static int there(uint32_t ctid)
{
	struct conf *c = conf_load(ctid);
	bool none = !c && errno == ENOENT;

	conf_free(c);
	if (!none)
		return EXIT_OK;
	msg_note("CT %u does not exist; create it with `%s create %u`, or `%s list --all` shows those there are",
		 ctid, prog_name, ctid, prog_name);
	return EXIT_FAILED;
}

int cmd_set(const struct verb *verb, int argc, char **argv)
{
	struct vzctl v = { .command = "set" };
	static char save[] = "--save", later[] = "--setmode=ignore";
	int ret;

	if (argc < 2)
		return msg_usage(argv[0], "set needs a CTID");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help(verb);
	optind = 1;
	ret = verb_ctid(argc, argv, false, &v.ctid);
	if (ret)
		return ret;
	if (argc == 2)
		return msg_usage(argv[0], "what is to be set? no option is given");
	ret = there(v.ctid);
	if (ret)
		return ret;
	/* Behind the CTID: its place is the program's, for getopt. */
	v.argv = calloc(argc + 2, sizeof(*v.argv));
	if (!v.argv)
		return msg_fail(ENOMEM, NULL, "set CT %u", v.ctid);
	v.argv[v.argc++] = (char *)prog_name;
	v.argv[v.argc++] = later;
	for (int i = 2; i < argc; i++)
		v.argv[v.argc++] = argv[i];
	v.argv[v.argc++] = save;
	ret = exit_code(vzctl_set(&v));
	if (!ret)
		msg_done("CT %u: saved", v.ctid);
	free(v.argv);
	return ret;
}
