/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - nothing that the model test needs, but it is included
 */
#ifndef _MODEL_LINUX_MM_H
#define _MODEL_LINUX_MM_H


#endif /* _MODEL_LINUX_MM_H */
