/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - one file's data and attributes, from descriptor to descriptor
 */
#ifndef _VZCTX_ARCHIVE_TREEFILE_H
#define _VZCTX_ARCHIVE_TREEFILE_H

#include <sys/stat.h>

#include "archive/untar.h"

/**
 * treefile_data - fills the empty file @out with @in's data, holes kept
 * @path: for messages
 *
 * Blocks are shared where the file system can. Return: 0, or -errno with the
 * sentence set.
 */
int treefile_data(struct unpack *u, const char *path, int in, int out,
		  off_t size);

/**
 * treefile_attributes - gives @out owner, mode, attributes, access lists, times
 * @in: negative for one whose attributes cannot be had
 *
 * Return: as above.
 */
int treefile_attributes(struct unpack *u, const char *path, int in, int out,
			const struct stat *st);

#endif /* _VZCTX_ARCHIVE_TREEFILE_H */
