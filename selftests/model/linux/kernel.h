/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the model test needs of the kernel's own
 */
#ifndef _MODEL_LINUX_KERNEL_H
#define _MODEL_LINUX_KERNEL_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define cond_resched() do { } while (0)

#endif /* _MODEL_LINUX_KERNEL_H */
