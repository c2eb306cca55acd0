// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - called vzctl: the words of a command line
 */
#include <getopt.h>
#include <stdio.h>

#include "vzctl/vzctl.h"

int vzctl_extra(const struct vzctl *v, int from)
{
	if (from < 0)
		from = optind;
	if (from >= v->argc)
		return 0;
	fprintf(stderr, "Invalid extra arguments:");
	for (; from < v->argc; from++)
		fprintf(stderr, " %s", v->argv[from]);
	fputc('\n', stderr);
	return VZ_BAD_OPTION;
}
