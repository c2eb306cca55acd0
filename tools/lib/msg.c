// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the user is told, and how it ends
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg.h"

const char *prog_name = "vzctx";
enum msg_style msg_style = MSG_VZCTX;
bool msg_quiet;
void (*msg_log)(const char *line, bool error);

static const struct ending *(*ending_of)(int ret);

void msg_as_openvz(const struct ending *(*of)(int ret))
{
	msg_style = MSG_OPENVZ;
	ending_of = of;
}

int outcome_code(int ret)
{
	if (msg_style == MSG_OPENVZ)
		return ending_of(ret)->code;
	return ret < OUT_LIMITS ? ret : EXIT_FAILED;
}

static void say(bool error, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(bool error, const char *fmt, ...)
{
	char *line;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	if (error)
		fprintf(stderr, "%s\n", line);
	else if (!msg_quiet)
		printf("%s\n", line);
	if (!error)
		fflush(stdout);
	if (msg_log)
		msg_log(line, error);
	free(line);
}

static void vfail(int err, const char *sentence, const char *intent, va_list ap)
{
	bool rights = (err == EPERM || err == EACCES) && geteuid();
	char *what;

	if (vasprintf(&what, intent, ap) < 0)
		return;
	if (!sentence || !*sentence)
		sentence = strerror(err);
	say(true, "%s%s%s: %s%s", msg_style == MSG_OPENVZ ? "" : prog_name,
	    msg_style == MSG_OPENVZ ? "Unable to " : ": cannot ", what, sentence,
	    rights ? "; run it as root" : "");
	free(what);
}

int msg_end(enum outcome o, int err, const char *sentence, const char *intent,
	    ...)
{
	const char *text = msg_style == MSG_OPENVZ ? ending_of(o)->text : NULL;
	va_list ap;

	if (text) {
		say(true, "%s", text);
		return o;
	}
	va_start(ap, intent);
	vfail(err, sentence, intent, ap);
	va_end(ap);
	return o;
}

int msg_fail(int err, const char *sentence, const char *intent, ...)
{
	va_list ap;

	va_start(ap, intent);
	vfail(err, sentence, intent, ap);
	va_end(ap);
	return EXIT_FAILED;
}

static void step(enum msg_style of, const char *fmt, va_list ap)
{
	char *line;

	if (msg_style != of || vasprintf(&line, fmt, ap) < 0)
		return;
	say(false, "%s", line);
	free(line);
}

void msg_step(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	step(MSG_OPENVZ, fmt, ap);
	va_end(ap);
}

void msg_done(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	step(MSG_VZCTX, fmt, ap);
	va_end(ap);
}

void msg_note(const char *fmt, ...)
{
	char *line;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	say(true, "%s%s%s", msg_style == MSG_OPENVZ ? "" : prog_name,
	    msg_style == MSG_OPENVZ ? "" : ": ", line);
	free(line);
}

void msg_names(const char *what, const char *(*name)(size_t i, const void *arg),
	       const void *arg)
{
	const char *one;
	char *line;
	size_t size;
	FILE *f = open_memstream(&line, &size);

	if (!f)
		return;
	fputs(what, f);
	for (size_t i = 0; (one = name(i, arg)); i++)
		fprintf(f, " %s", one);
	if (!fclose(f))
		msg_note("%s", line);
	free(line);
}

void msg_draw(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
}

int msg_usage(const char *verb, const char *fmt, ...)
{
	char *line;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (len < 0)
		return EXIT_USAGE;
	say(true, "%s: %s; see %s %s%s--help", prog_name, line, prog_name, verb,
	    *verb ? " " : "");
	free(line);
	return EXIT_USAGE;
}
