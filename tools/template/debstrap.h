/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a Debian by mmdebstrap
 */
#ifndef _VZCTX_TEMPLATE_DEBSTRAP_H
#define _VZCTX_TEMPLATE_DEBSTRAP_H

#include <stdbool.h>

#include "lib/report.h"

/** struct debstrap - what is asked of mmdebstrap; strings NULL for the default */
struct debstrap {
	const char *mirror;	/* an URL; NULL: what apt uses here, or Debian's own */
	const char *include;	/* packages, comma separated, besides those needed */
	const char *variant;	/* NULL: minbase */
	bool quiet;
};

/** The suite of "debian-12", or NULL. */
const char *debstrap_suite(const char *release);

/** What debstrap_suite() knows, in one line. */
const char *debstrap_releases(void);

/** Whether @list is names of packages, comma separated. */
bool debstrap_packages(const char *list);

/** Whether mmdebstrap has a variant of that name. */
bool debstrap_variant(const char *name);

/**
 * debstrap_run - makes @file, an archive whose suffix says how it is packed
 * @suite: from debstrap_suite()
 *
 * mmdebstrap itself speaks to the terminal. SIGINT, SIGTERM and SIGHUP end mmdebstrap, not the
 * caller. Return: 0 or an exit code.
 */
int debstrap_run(const struct debstrap *d, const char *suite, const char *file,
		 struct report *report);

#endif /* _VZCTX_TEMPLATE_DEBSTRAP_H */
