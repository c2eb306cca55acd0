// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the user is told
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "msg.h"

const char *prog_name = "vzctx";

int msg_fail(int err, const char *sentence, const char *intent, ...)
{
	va_list ap;

	fprintf(stderr, "%s: cannot ", prog_name);
	va_start(ap, intent);
	vfprintf(stderr, intent, ap);
	va_end(ap);

	if (sentence && *sentence && err)
		fprintf(stderr, ": %s (%s)\n", sentence, strerror(err));
	else if (sentence && *sentence)
		fprintf(stderr, ": %s\n", sentence);
	else
		fprintf(stderr, ": %s\n", strerror(err));

	return EXIT_FAILED;
}

void msg_note(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", prog_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int msg_usage(const char *verb, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", prog_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; see %s %s%s--help\n", prog_name, verb,
		*verb ? " " : "");

	return EXIT_USAGE;
}
