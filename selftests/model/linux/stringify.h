/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the kernel's own, for the model test
 */
#ifndef _MODEL_LINUX_STRINGIFY_H
#define _MODEL_LINUX_STRINGIFY_H

#define __stringify_1(x...)	#x
#define __stringify(x...)	__stringify_1(x)

#endif /* _MODEL_LINUX_STRINGIFY_H */
