// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what all verbs do with their words
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/vzctx.h>

#include "conf/names.h"
#include "lib/msg.h"
#include "verbs/cmd.h"

void verb_wrap(const char *text, size_t at, size_t indent)
{
	const char *end;

	for (; *text; text = end + (*end == ' ')) {
		int depth = 0;

		for (end = text; *end && (*end != ' ' || depth); end++)
			depth += (*end == '[') - (*end == ']');
		if (at > indent && at + 1 + (end - text) > 80) {
			printf("\n%*s", (int)indent - 1, "");
			at = indent - 1;
		}
		at += printf(" %.*s", (int)(end - text), text);
	}
	putchar('\n');
}

void verb_help(const struct verb *verb)
{
	verb_wrap(verb->synopsis,
		  printf("Usage: %s %s", prog_name, verb->name),
		  strlen("Usage: ") + strlen(prog_name) + 1);
	printf("\n%s.\n\n", verb->summary);
}

int verb_badopt(int opt, char **argv)
{
	const char *word = argv[optind - 1];

	if (opt == ':')
		return msg_usage(argv[0], "%s needs a value", word);
	if (!strncmp(word, "--", 2))
		return msg_usage(argv[0], optopt ? "%s: this option takes no value" :
				 "there is no option %s", word);
	return msg_usage(argv[0], "there is no option -%c", optopt);
}

int verb_ctid(int argc, char **argv, bool last, uint32_t *ctid)
{
	if (geteuid())
		return msg_fail(0, "run it as root", "run %s %s", prog_name, argv[0]);
	if (optind >= argc)
		return msg_usage(argv[0], "%s needs a CTID", argv[0]);
	if (!names_ctid(argv[optind], ctid))
		return msg_usage(argv[0], "\"%s\" is no CTID (1..%u) and no CT's name",
				 argv[optind], VZCTX_CTID_MAX);
	optind++;
	if (last && optind < argc)
		return msg_usage(argv[0], "unexpected word \"%s\"",
				 argv[optind]);
	return EXIT_OK;
}
