/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - layers of container images, one over the other
 */
#ifndef _VZCTX_TEMPLATE_LAYER_H
#define _VZCTX_TEMPLATE_LAYER_H

#include "archive/untar.h"

/** layer_open - a stream of the layer from its beginning. Return: 0 or -errno, told. */
typedef int (*layer_open)(struct stream **s, void *arg);

/**
 * layer_apply - lays one layer over the tree
 * @open: called twice
 * @blob: digest the layer has to have as it is stored, or NULL
 * @diff: digest it has to have unpacked
 *
 * Its first reading compares the digests and takes away what the layer's
 * whiteouts hide, its second one writes. So a whiteout never hides what comes from
 * its own layer, wherever in it it stands.
 *
 * Return: 0, or -errno with the sentence set.
 */
int layer_apply(struct unpack *u, layer_open open, void *arg, const char *blob,
		const char *diff);

#endif /* _VZCTX_TEMPLATE_LAYER_H */
