// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx create - the configuration of a new context
 */
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "conf/confkey.h"
#include "lib/msg.h"
#include "life/life.h"
#include "verbs/cmd.h"

static bool good_hostname(const char *s)
{
	size_t len = strlen(s);

	if (!len || len > 64 || *s == '-' || *s == '.')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '-' && *s != '.')
			return false;
	return true;
}

int cmd_create(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "ostemplate", required_argument, NULL, 't' },
		{ "config", required_argument, NULL, 'c' },
		{ "private", required_argument, NULL, 'p' },
		{ "hostname", required_argument, NULL, 'H' },
		{ "limits", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *keys[5] = { NULL }, **key = keys, *hostname = NULL;
	struct life_create c = { .keys = keys, .progress = true };
	bool limits = true;
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":h", opts, NULL)) >= 0) {
		switch (opt) {
		case 'p':
			c.private = optarg;
			break;
		case 't':
			c.ostemplate = optarg;
			break;
		case 'c':
			c.sample = optarg;
			break;
		case 'H':
			hostname = optarg;
			break;
		case 'l':
			limits = strcmp(optarg, DEFLIMIT_OFF);
			if (limits && strcmp(optarg, "default"))
				return msg_usage(argv[0], "\"%s\" is not default or " DEFLIMIT_OFF,
						 optarg);
			break;
		case 'h':
			verb_help(verb);
			printf("  --ostemplate NAME  fill the private area from a template: a name in\n"
			       "                     /vz/template/cache, an archive, a directory, an image\n"
			       "  --config SAMPLE    begin with " CONF_DIR "/ve-SAMPLE.conf-sample\n"
			       "  --private DIR      the tree, owned by ids 0..65535 (default " PRIVATE_DIR "/CTID)\n"
			       "  --hostname NAME    its host name\n"
			       "  --limits none      no limit but what its configuration says; default: those\n"
			       "                     that vzctx(8) names\n");
			return EXIT_OK;
		default:
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &c.ctid);
	if (ret)
		return ret;
	if (hostname && !good_hostname(hostname))
		return msg_usage(argv[0], "\"%s\" is no host name", hostname);
	if (hostname) {
		*key++ = "HOSTNAME";
		*key++ = hostname;
	}
	if (!limits) {
		*key++ = DEFLIMIT_KEY;
		*key++ = DEFLIMIT_OFF;
	}
	return life_create(&c, &msg_report);
}
