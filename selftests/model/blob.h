/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - model test: types of a kernel that are made by hand
 */
#ifndef _MODEL_BLOB_H
#define _MODEL_BLOB_H

#include <stdbool.h>
#include <stddef.h>

#include "kern/btf.h"

/* A blob as long as it grows; types before strings, as the kernel has them. */
struct blob {
	unsigned char types[4096];
	char strings[1024];
	u32 types_len, strings_len, nr;
};

/** Types and functions of a kernel: "grow" fits, "twice", "cyclic" and "last" are odd. */
void blob_kernel(struct blob *blob);

/** Those of a module, on top of the kernel's. */
void blob_module(struct blob *blob, const struct vzctx_btf *kernel);

/**
 * blob_assemble - as the kernel has it, in memory of exactly that size
 * @types_last: which section is at the end
 * @size: bytes
 *
 * Return: to be freed.
 */
void *blob_assemble(const struct blob *blob, bool types_last, size_t *size);

#endif /* _MODEL_BLOB_H */
