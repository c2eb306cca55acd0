// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what a look at the host says
 */
#include <stdarg.h>
#include <stdio.h>

#include "doctor/look.h"
#include "lib/parse.h"

const char *health_word(enum health h)
{
	static const char *const words[] = {
		[HEALTH_GOOD] = "good", [HEALTH_UNTOLD] = "untold",
		[HEALTH_WEAKER] = "weaker", [HEALTH_BAD] = "bad",
	};

	return words[h];
}

void finds(struct finding *f, enum health h, const char *fmt, ...)
{
	char raw[sizeof(f->text)];
	va_list ap;

	f->health = h;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	escape_bytes(raw, f->text, sizeof(f->text));
}
