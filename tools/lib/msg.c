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

/* What OpenVZ's vzctl ends with, and the words scripts look for. */
static const struct {
	int code;
	const char *text;
} openvz[] = {
	[EXIT_OK] = { 0, NULL },
	[EXIT_FAILED] = { 3, NULL },
	[EXIT_USAGE] = { 20, NULL },
	[EXIT_NOMODULE] = { 5, NULL },
#define ROW(outcome, code, text) [4 + (outcome) - OUT_LIMITS] = { code, text }
	ROW(OUT_LIMITS, 1, NULL),
	ROW(OUT_LOCKED, 9, "Container already locked"),
	ROW(OUT_NO_CONF, 14, "Container config file does not exist"),
	ROW(OUT_BAD_CONF, 85, NULL),
	ROW(OUT_UNFINISHED, 3, NULL),
	ROW(OUT_NOT_RUNNING, 31, "Container is not running"),
	ROW(OUT_RUNNING, 32, "Container is already running"),
	ROW(OUT_NO_STOP, 33, "Unable to stop container: operation timed out"),
	ROW(OUT_DISABLED, 105, "Container start disabled"),
	ROW(OUT_ENV, 7, NULL),
	ROW(OUT_NO_INIT, 47, NULL),
	ROW(OUT_NO_PRIVATE, 43, NULL),
	ROW(OUT_PRIVATE_THERE, 44, NULL),
	ROW(OUT_NO_TEMPLATE, 91, NULL),
	ROW(OUT_NO_SAMPLE, 14, NULL),
	ROW(OUT_UNPACK, 48, NULL),
	ROW(OUT_REMOVE, 52, NULL),
	ROW(OUT_NOT_MOUNTED, 40, "CT is not mounted"),
	ROW(OUT_MOUNTED, 41, "Container is already mounted"),
	ROW(OUT_MOUNT, 50, NULL),
	ROW(OUT_UMOUNT, 51, NULL),
	ROW(OUT_SCRIPT, 79, NULL),
	ROW(OUT_SAVE, 139, NULL),
	ROW(OUT_WAIT, 133, NULL),
	ROW(OUT_NAME, 131, NULL),
	ROW(OUT_PASSWORD, 74, NULL),
	ROW(OUT_PLACE, 21, NULL),
#undef ROW
};

static size_t row(int ret)
{
	if (ret >= OUT_LIMITS && ret < OUT_END)
		return 4 + ret - OUT_LIMITS;
	return ret >= 0 && ret < 4 ? ret : EXIT_FAILED;
}

int outcome_code(int ret)
{
	if (msg_style == MSG_OPENVZ)
		return openvz[row(ret)].code;
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
	const char *text = openvz[row(o)].text;
	va_list ap;

	if (msg_style == MSG_OPENVZ && text) {
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
