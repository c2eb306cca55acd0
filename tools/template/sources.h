/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - where packages of a Debian come from
 */
#ifndef _VZCTX_TEMPLATE_SOURCES_H
#define _VZCTX_TEMPLATE_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

#define SOURCES_MAX	16
#define SOURCES_LEN	512

/** Whether @url is http or https, without anything a sources.list could stumble over. */
bool sources_url(const char *url);

/** struct sources - one-line entries of a sources.list, and apt's own proxies */
struct sources {
	char line[SOURCES_MAX][SOURCES_LEN];
	size_t n;
	char option[SOURCES_MAX][SOURCES_LEN];	/* Acquire::http::Proxy "..."; */
	size_t noption;
};

/**
 * sources_find - what apt of this host uses for @suite; none if it knows none
 * @mirror: if not NULL, this URL alone
 *
 * Servers whose URL has a password in it are passed over.
 */
void sources_find(struct sources *s, const char *suite, const char *mirror);

#endif /* _VZCTX_TEMPLATE_SOURCES_H */
