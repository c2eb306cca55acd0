/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - from the name of a template to a file
 */
#ifndef _VZCTX_TEMPLATE_TEMPLATE_FIND_H
#define _VZCTX_TEMPLATE_TEMPLATE_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/report.h"

#define TEMPLATE_DIR		"/vz/template"	/* unless vz.conf has TEMPLATE */

/** "$TEMPLATE/cache", made if @make says so. Return: 0 or -errno. */
int template_cache(char *path, size_t size, bool make);

/**
 * template_trust - whether only root can say what is in the directory @cache
 *
 * It is a note if not. Return: 0 (also if there is none) or -errno.
 */
int template_trust(const char *cache, struct report *report);

/**
 * template_find - the file or directory an OS template's name means
 * @name: a path if it has a slash in it, else a name in the cache, with or
 *	without its suffix
 *
 * Return: 0, -ENOENT, -EINVAL (no name: empty, or a leading dot), -ENAMETOOLONG,
 * -EPERM: a container has its hand in the path, which the user is told.
 */
int template_find(const char *name, char *path, size_t size,
		  struct report *report);

/**
 * template_suffix - splits a file's name from what says its format
 *
 * Return: where in @file the suffix begins (".tar.zst"), NULL without a known one.
 */
const char *template_suffix(const char *file);

#endif /* _VZCTX_TEMPLATE_TEMPLATE_FIND_H */
