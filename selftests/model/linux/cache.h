/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the kernel's cache line attribute for the model test
 */
#ifndef _MODEL_LINUX_CACHE_H
#define _MODEL_LINUX_CACHE_H

#define ____cacheline_aligned_in_smp __attribute__((__aligned__(64)))

#endif /* _MODEL_LINUX_CACHE_H */
