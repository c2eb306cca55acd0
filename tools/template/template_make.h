/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - makes templates, and trees of them
 *
 * Each function reports what came of it, in lines and faults.
 */
#ifndef _VZCTX_TEMPLATE_TEMPLATE_MAKE_H
#define _VZCTX_TEMPLATE_TEMPLATE_MAKE_H

#include "template/debstrap.h"
#include "template/template.h"

/** Whether a template may be called that. */
bool template_name_ok(const char *name);

/** Builds @name in the cache. Return: an exit code. */
int template_build(const struct debstrap *d, const char *suite, const char *name,
		   struct report *report);

/**
 * template_import - an image, or any template, as one archive in the cache
 * @image: as template_find() takes it, or a name in the working directory
 *
 * Return: an exit code.
 */
int template_import(const char *image, const char *name,
		    struct tree_job *p, struct report *report);

/** Deletes @name from the cache. Return: an exit code. */
int template_remove(const char *name, struct report *report);

/**
 * template_fill - unpacks a template into @directory, which is made if missing
 * @source: as template_find() takes it, or a name in the working directory
 *
 * After a failure the directory is as it was. Return: an exit code.
 */
int template_fill(const char *source, const char *directory,
		  struct tree_job *p, struct report *report);

#endif /* _VZCTX_TEMPLATE_TEMPLATE_MAKE_H */
