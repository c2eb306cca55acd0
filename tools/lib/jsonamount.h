/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - an amount in JSON
 */
#ifndef _VZCTX_LIB_JSONAMOUNT_H
#define _VZCTX_LIB_JSONAMOUNT_H

#include <stdint.h>

#include <jansson.h>

#include <linux/vzctx.h>

/** json_amount - null for unlimited, which most readers of JSON would round */
static inline json_t *json_amount(uint64_t v)
{
	return v == VZCTX_UNLIMITED ? json_null() : json_integer(v);
}

#endif /* _VZCTX_LIB_JSONAMOUNT_H */
