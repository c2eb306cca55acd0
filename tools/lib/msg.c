// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the user is told, and how it ends
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/msg.h"

enum msg_style { MSG_VZCTX, MSG_OPENVZ };

static enum msg_style msg_style = MSG_VZCTX;
bool msg_quiet;
const char *msg_verb;
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

static void say_fault(const struct fault *f)
{
	const bool openvz = msg_style == MSG_OPENVZ;
	const bool rights = (f->err == EPERM || f->err == EACCES) && geteuid();
	const struct ending *e = openvz ? ending_of(f->outcome) : NULL;

	if (e && e->text && !e->rest)
		say(true, "%s", e->text);
	else if (e && e->text && *f->object)
		say(true, "%s%s%s", e->text, f->object, e->rest);
	else if (!*f->intent && f->outcome == EXIT_USAGE && msg_verb)
		msg_usage(msg_verb, "%s", f->sentence);
	else if (!*f->intent)
		msg_note("%s", f->sentence);
	else
		say(true, "%s%s%s: %s%s", openvz ? "" : prog_name,
		    openvz ? "Unable to " : ": cannot ", f->intent, f->sentence,
		    rights ? "; run it as root" : "");
}

static void to_syslog(const char *line, bool error)
{
	syslog(error ? LOG_ERR : LOG_INFO, "%s", line);
}

static void hear(struct report *r, enum said what, const char *line)
{
	switch (what) {
	case SAID_STEP:
		msg_step("%s", line);
		break;
	case SAID_DONE:
		msg_done("%s", line);
		break;
	case SAID_NOTE:
		msg_note("%s", line);
		break;
	case SAID_FAULT:
		say_fault(&r->fault);
		break;
	case SAID_AWAY:
		openlog("vzctx", LOG_PID, LOG_DAEMON);
		msg_log = to_syslog;
		break;
	}
}

struct report msg_report = { .hear = hear };

int msg_end(enum outcome o, int err, const char *sentence, const char *intent,
	    ...)
{
	va_list ap;

	va_start(ap, intent);
	report_vfail(&msg_report, o, err, sentence, intent, ap);
	va_end(ap);
	return o;
}

int msg_fail(int err, const char *sentence, const char *intent, ...)
{
	va_list ap;

	va_start(ap, intent);
	report_vfail(&msg_report, EXIT_FAILED, err, sentence, intent, ap);
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
