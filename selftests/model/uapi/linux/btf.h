/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the types of BTF, for the model test
 */
#ifndef _MODEL_UAPI_LINUX_BTF_H
#define _MODEL_UAPI_LINUX_BTF_H

#include <linux/btf.h>

#endif /* _MODEL_UAPI_LINUX_BTF_H */
