/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the kernel's bool for the model test
 */
#include_next <linux/types.h>
#include <stdbool.h>
