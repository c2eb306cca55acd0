/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - where the running kernel keeps its types
 */
#ifndef _VZCTX_BTF_FILE_H
#define _VZCTX_BTF_FILE_H

#include <linux/types.h>

int vzctx_btf_read(const char *name, void **data, size_t *len);

#endif /* _VZCTX_BTF_FILE_H */
