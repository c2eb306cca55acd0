/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what an image says to run, for people
 */
#ifndef _VZCTX_TEMPLATE_IMGRUN_H
#define _VZCTX_TEMPLATE_IMGRUN_H

#include <jansson.h>

#include "tree/treejob.h"

/** Fills @run from the configuration of an image. */
void imgrun_fill(struct image_run *run, const json_t *config);

#endif /* _VZCTX_TEMPLATE_IMGRUN_H */
