/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what a look at the host says
 */
#ifndef _VZCTX_DOCTOR_LOOK_H
#define _VZCTX_DOCTOR_LOOK_H

#include <stdbool.h>
#include <stddef.h>

/** enum health - from good to bad; HEALTH_UNTOLD: who looked could not see it */
enum health { HEALTH_GOOD, HEALTH_UNTOLD, HEALTH_WEAKER, HEALTH_BAD };

/**
 * struct finding - what was found
 * @health: how good it is
 * @text: half a sentence
 * @way_out: what to do, where that is not what the table of looks says; or NULL
 */
struct finding {
	enum health health;
	char text[512];
	const char *way_out;
};

/**
 * struct host - what is looked at
 * @module: a file of the module, NULL for the one that is installed
 */
struct host {
	const char *module;
};

/** struct look - a row of the table of looks */
struct look {
	const char *name;
	const char *what;	/* what is looked for */
	void (*fn)(const struct host *h, struct finding *f);
	const char *way_out;	/* what to do where it is not good */
};

/** "good", "untold", "weaker", "bad". */
const char *health_word(enum health h);

/** finds - writes what was found; of names that are no ASCII escapes, see escape_bytes() */
void finds(struct finding *f, enum health h, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* _VZCTX_DOCTOR_LOOK_H */
