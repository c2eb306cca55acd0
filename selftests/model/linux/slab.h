/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the kernel's memory for the model test
 */
#ifndef _MODEL_LINUX_SLAB_H
#define _MODEL_LINUX_SLAB_H

#include <stdlib.h>

#define GFP_KERNEL 0
#define kvcalloc(n, size, flags) calloc(n, size)
#define kvfree(address) free(address)

#endif /* _MODEL_LINUX_SLAB_H */
