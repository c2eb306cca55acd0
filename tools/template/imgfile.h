/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the files a container image consists of
 */
#ifndef _VZCTX_TEMPLATE_IMGFILE_H
#define _VZCTX_TEMPLATE_IMGFILE_H

#include <stddef.h>

#include "archive/untar.h"

/** struct image - an OCI layout, or an archive of one or of docker's own kind */
struct image {
	struct unpack *u;
	int dir;		/* -1: it is an archive */
	int tar;		/* -1: it is a directory */
};

/**
 * imgfile_open - the stream of one file of the image
 *
 * Links between files of an archive are followed within it. Return: 0; -ENOENT
 * or -errno with the sentence set.
 */
int imgfile_open(struct image *im, const char *name, struct stream **s);

/** Whether the image has a file @name. Return: 1, 0, or -errno with the sentence set. */
int imgfile_has(struct image *im, const char *name);

/**
 * imgfile_text - a small file as a whole, not decompressed
 * @text: has a zero behind it; free() it
 * @digest: of the text
 *
 * Return: 0, or -errno with the sentence set; -EFBIG above 4 MiB.
 */
int imgfile_text(struct image *im, const char *name, char **text, size_t *size,
		 char digest[DIGEST_HEX]);

/**
 * imgfile_sniff - whether a tar archive is an image
 *
 * Looks no further than the first name that no image has at its top.
 * Return: 1, 0, or -errno with the sentence set.
 */
int imgfile_sniff(struct unpack *u, int tar);

#endif /* _VZCTX_TEMPLATE_IMGFILE_H */
