/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the kernel's LONG_MAX for the model test
 *
 * The C library's own <limits.h> includes this name too, and then defines
 * LONG_MAX itself.
 */
#include_next <linux/limits.h>

#ifndef LONG_MAX
#define LONG_MAX __LONG_MAX__
#endif
