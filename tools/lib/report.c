// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - how a step of a container's life ended, and who hears of it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/report.h"

const char *prog_name = "vzctx";

static void tell(struct report *r, enum said what, const char *line)
{
	if (r && r->hear)
		r->hear(r, what, line);
}

/*
 * The way out stands at the end of a sentence, so that of a long one the middle
 * is left out.
 */
static void vfit(char *buf, size_t size, const char *fmt, va_list ap)
{
	static const char gap[] = "...";
	size_t half = (size - sizeof(gap)) / 2, at = half;
	char *text;
	int len = vasprintf(&text, fmt, ap);

	if (len < 0) {
		*buf = '\0';
		return;
	}
	if ((size_t)len < size) {
		memcpy(buf, text, len + 1);
	} else {
		const char *rest = text + len - half;

		/* No character is cut in two. */
		while (at && (text[at] & 0xc0) == 0x80)
			at--;
		while ((*rest & 0xc0) == 0x80)
			rest++;
		snprintf(buf, size, "%.*s%s%s", (int)at, text, gap, rest);
	}
	free(text);
}

static void fit(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void fit(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfit(buf, size, fmt, ap);
	va_end(ap);
}

static void keep(struct report *r, int outcome, int err, const char *sentence)
{
	struct fault *f = &r->fault;

	f->outcome = outcome;
	f->err = err;
	*f->object = '\0';
	fit(f->sentence, sizeof(f->sentence), "%s",
	    sentence && *sentence ? sentence : strerror(err));
}

int report_vfail(struct report *r, int outcome, int err, const char *sentence,
		 const char *intent, va_list ap)
{
	if (!r)
		return outcome;
	keep(r, outcome, err, sentence);
	vfit(r->fault.intent, sizeof(r->fault.intent), intent, ap);
	tell(r, SAID_FAULT, NULL);
	return outcome;
}

int report_fail(struct report *r, int outcome, int err, const char *sentence,
		const char *intent, ...)
{
	va_list ap;

	va_start(ap, intent);
	report_vfail(r, outcome, err, sentence, intent, ap);
	va_end(ap);
	return outcome;
}

int report_lack(struct report *r, int outcome, const char *object, int err,
		const char *sentence, const char *intent, ...)
{
	va_list ap;

	if (!r)
		return outcome;
	keep(r, outcome, err, sentence);
	fit(r->fault.object, sizeof(r->fault.object), "%s", object);
	va_start(ap, intent);
	vfit(r->fault.intent, sizeof(r->fault.intent), intent, ap);
	va_end(ap);
	tell(r, SAID_FAULT, NULL);
	return outcome;
}

int report_wrong(struct report *r, int outcome, const char *sentence, ...)
{
	va_list ap;

	if (!r)
		return outcome;
	keep(r, outcome, 0, NULL);
	*r->fault.intent = '\0';
	va_start(ap, sentence);
	vfit(r->fault.sentence, sizeof(r->fault.sentence), sentence, ap);
	va_end(ap);
	tell(r, SAID_FAULT, NULL);
	return outcome;
}

int report_as(struct report *r, int outcome)
{
	if (r)
		r->fault.outcome = outcome;
	return outcome;
}

int report_again(struct report *r, int outcome, const struct report *silent)
{
	if (!r)
		return outcome;
	r->fault = silent->fault;
	r->fault.outcome = outcome;
	tell(r, SAID_FAULT, NULL);
	return outcome;
}

void report_beside(struct report *r, const struct report *of)
{
	*r = (struct report){ 0 };
	if (!of)
		return;
	r->hear = of->hear;
	r->arg = of->arg;
}

bool report_send(const struct report *r, int outcome, int fd)
{
	const struct fault none = { 0 }, *f = r ? &r->fault : &none;

	return write(fd, &outcome, sizeof(outcome)) == sizeof(outcome) &&
	       (!outcome || write(fd, f, sizeof(*f)) == sizeof(*f));
}

bool report_receive(struct report *r, int *outcome, int fd)
{
	struct fault f;
	size_t got = 0;
	ssize_t n = 1;

	if (read(fd, outcome, sizeof(*outcome)) != sizeof(*outcome))
		return false;
	while (*outcome && n > 0 && got < sizeof(f)) {
		n = read(fd, (char *)&f + got, sizeof(f) - got);
		got += n > 0 ? n : 0;
	}
	if (r && got == sizeof(f))
		r->fault = f;
	return true;
}

int refuse_in(char *sentence, size_t size, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, size, fmt, ap);
	va_end(ap);
	return -err;
}

static void line(struct report *r, enum said what, const char *fmt, va_list ap)
{
	char *text;

	if (!r || !r->hear || vasprintf(&text, fmt, ap) < 0)
		return;
	tell(r, what, text);
	free(text);
}

void report_step(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(r, SAID_STEP, fmt, ap);
	va_end(ap);
}

void report_done(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(r, SAID_DONE, fmt, ap);
	va_end(ap);
}

void report_note(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(r, SAID_NOTE, fmt, ap);
	va_end(ap);
}

void report_away(struct report *r)
{
	tell(r, SAID_AWAY, NULL);
}
