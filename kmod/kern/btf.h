/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the types of the running kernel, as it describes them itself
 *
 * BTF is a list of type records, numbered in their order from 1 on, and a string
 * section. That of a module goes on where the kernel's ends: its numbers and the
 * offsets of its strings are counted from there, and it refers to the kernel's.
 *
 * Nothing of the data is believed. Every record lies within its section once
 * vzctx_btf_open() has returned 0, every string ends, and no walk is longer than
 * VZCTX_BTF_HOPS.
 */
#ifndef _VZCTX_BTF_H
#define _VZCTX_BTF_H

#include <linux/types.h>
#include <uapi/linux/btf.h>

/** As many types are gone through from a name to what it stands for. */
#define VZCTX_BTF_HOPS	32

/**
 * struct vzctx_btf - types of the kernel or of a module
 * @base: the kernel's, for a module; or NULL
 * @types: the records
 * @strings: the names
 * @layout: sizes of records by kind, as newer kernels tell them
 * @types_len: bytes
 * @strings_len: bytes, the last being 0
 * @kinds: elements of @layout
 * @first: number of the first record
 * @end: number behind the last one
 * @first_string: offset of the first string
 * @mark: where each 64th record begins
 *
 * The data stays where it is, and the caller's.
 */
struct vzctx_btf {
	const struct vzctx_btf *base;
	const unsigned char *types;
	const char *strings;
	const unsigned char *layout;
	u32 types_len;
	u32 strings_len;
	u32 kinds;
	u32 first;
	u32 end;
	u32 first_string;
	u32 *mark;
};

/**
 * struct vzctx_btf_func - a function that is looked for
 * @name: its name, different from all others looked for
 * @id: number of the first one found; 0: none
 * @found: how many of the name there are
 * @next: in @funcs of struct vzctx_btf_names, from 1 on
 */
struct vzctx_btf_func {
	const char *name;
	u32 id;
	u32 found;
	u32 next;
};

/**
 * struct vzctx_btf_names - finds out quickly whether a name is looked for
 * @funcs: what is looked for
 * @head: by hash of the name, from 1 on
 */
struct vzctx_btf_names {
	struct vzctx_btf_func *funcs;
	u16 head[256];
};

static inline u32 vzctx_btf_kind(const struct btf_type *type)
{
	return type->info >> 24 & 0x7f;
}

/* How many elements follow; before Linux 7.1 the upper 8 bits were 0. */
static inline u32 vzctx_btf_vlen(const struct btf_type *type)
{
	return type->info & 0xffffff;
}

int vzctx_btf_open(struct vzctx_btf *btf, const void *data, size_t size,
		   const struct vzctx_btf *base);
void vzctx_btf_close(struct vzctx_btf *btf);
const struct btf_type *vzctx_btf_type(const struct vzctx_btf *btf, u32 id);
const char *vzctx_btf_name(const struct vzctx_btf *btf,
			   const struct btf_type *type);
void vzctx_btf_names(struct vzctx_btf_names *names, struct vzctx_btf_func *funcs,
		     unsigned int nr);
struct vzctx_btf_func *vzctx_btf_named(const struct vzctx_btf_names *names,
				       const char *name, size_t len);
u32 vzctx_btf_again(const struct vzctx_btf *btf,
		    const struct vzctx_btf_func *func, u32 id);
void vzctx_btf_find(const struct vzctx_btf *btf, struct vzctx_btf_func *funcs,
		    unsigned int nr);

#endif /* _VZCTX_BTF_H */
