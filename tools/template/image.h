/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - container images: what they say of themselves, and their tree
 */
#ifndef _VZCTX_TEMPLATE_IMAGE_H
#define _VZCTX_TEMPLATE_IMAGE_H

#include "template/imgfile.h"

/**
 * image_unpack - lays the layers of the image for linux/amd64 into the tree
 *
 * An OCI layout's files are held against the digests they are named by; layers
 * of either kind against those in the image's configuration. Fills p->run.
 *
 * Return: 0, or -errno with the sentence set.
 */
int image_unpack(struct image *im);

#endif /* _VZCTX_TEMPLATE_IMAGE_H */
