/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the kernel's types for the model test
 */
#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#ifndef _MODEL_TYPES
#define _MODEL_TYPES

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#endif
