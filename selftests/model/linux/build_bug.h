/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the compiler is asked, for the model test
 */
#ifndef _MODEL_LINUX_BUILD_BUG_H
#define _MODEL_LINUX_BUILD_BUG_H

#define static_assert(expr)	_Static_assert(expr, #expr)

#endif /* _MODEL_LINUX_BUILD_BUG_H */
