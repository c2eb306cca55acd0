// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - model test: types of a kernel that are made by hand
 */
#include <stdlib.h>
#include <string.h>

#include "blob.h"

static u32 add_name(struct blob *blob, const char *name)
{
	u32 at = blob->strings_len;

	strcpy(blob->strings + at, name);
	blob->strings_len += strlen(name) + 1;
	return at;
}

static void add_words(struct blob *blob, const u32 *words, unsigned int nr)
{
	memcpy(blob->types + blob->types_len, words, nr * sizeof(*words));
	blob->types_len += nr * sizeof(*words);
}

/* Its number. @what: of struct btf_type, its size or what it refers to. */
static u32 add(struct blob *blob, u32 kind, const char *name, u32 vlen, u32 what)
{
	u32 words[] = { *name ? add_name(blob, name) : 0, kind << 24 | vlen, what };

	add_words(blob, words, 3);
	return blob->nr++;
}

static u32 add_int(struct blob *blob, const char *name, u32 size, u32 encoding)
{
	u32 id = add(blob, BTF_KIND_INT, name, 0, size);
	u32 word = encoding << 24 | size * 8;

	add_words(blob, &word, 1);
	return id;
}

static u32 add_ref(struct blob *blob, u32 kind, u32 to)
{
	return add(blob, kind, "", 0, to);
}

static u32 add_func(struct blob *blob, const char *name, u32 ret, const u32 *params,
		    unsigned int nr)
{
	u32 proto = add(blob, BTF_KIND_FUNC_PROTO, "", nr, ret);

	for (unsigned int i = 0; i < nr; i++)
		add_words(blob, (u32[]){ 0, params[i] }, 2);
	return add(blob, BTF_KIND_FUNC, name, 0, proto);
}

/* @first: the number of its first type */
static void begin(struct blob *blob, u32 first)
{
	memset(blob, 0, sizeof(*blob));
	blob->strings_len = 1;
	blob->nr = first;
}

/* The last record is a prototype, so that one of its parameters too many is beyond. */
static void add_last(struct blob *blob, const char *name, u32 ret, u32 param)
{
	add(blob, BTF_KIND_FUNC, name, 0, blob->nr + 1);
	add(blob, BTF_KIND_FUNC_PROTO, "", 8, ret);
	for (unsigned int i = 0; i < 8; i++)
		add_words(blob, (u32[]){ 0, param }, 2);
}

void blob_kernel(struct blob *blob)
{
	u32 integer, number, boolean, mm, flags, why, value, file, files, record;

	begin(blob, 1);
	integer = add_int(blob, "int", 4, BTF_INT_SIGNED);
	number = add_int(blob, "unsigned long", 8, 0);
	boolean = add(blob, BTF_KIND_TYPEDEF, "bool", 0,
		      add_int(blob, "_Bool", 1, BTF_INT_BOOL));
	mm = add(blob, BTF_KIND_STRUCT, "mm_struct", 1, 8);
	add_words(blob, (u32[]){ add_name(blob, "owner"), number, 0 }, 3);
	flags = add(blob, BTF_KIND_TYPEDEF, "vm_flags_t", 0, number);
	why = add(blob, BTF_KIND_ENUM, "reason", 1, 4);
	add_words(blob, (u32[]){ add_name(blob, "REASON_NONE"), 0 }, 2);
	record = add(blob, BTF_KIND_STRUCT, "", 1, 8);
	add_words(blob, (u32[]){ add_name(blob, "bits"), number, 0 }, 3);
	value = add(blob, BTF_KIND_TYPEDEF, "vma_flags_t", 0, record);
	file = add(blob, BTF_KIND_FWD, "file", 0, 0);
	files = add_ref(blob, BTF_KIND_PTR, add_ref(blob, BTF_KIND_PTR, file));
	add(blob, BTF_KIND_ARRAY, "", 0, 0);
	add_words(blob, (u32[]){ integer, integer, 4 }, 3);
	add_func(blob, "grow", boolean, (u32[]){
		add_ref(blob, BTF_KIND_PTR, add_ref(blob, BTF_KIND_CONST, mm)),
		flags, why, value,
		add_ref(blob, BTF_KIND_PTR, add_ref(blob, BTF_KIND_CONST, value)),
		add_ref(blob, BTF_KIND_PTR, 0), files, integer,
	}, 8);
	add_func(blob, "twice", 0, &integer, 1);
	add_func(blob, "twice", integer, &integer, 1);
	/* Takes a function. */
	why = add(blob, BTF_KIND_FUNC_PROTO, "", 2, integer);
	add_words(blob, (u32[]){ 0, files, 0, integer }, 4);
	add_func(blob, "walk", integer, (u32[]){
		add_ref(blob, BTF_KIND_PTR, why), integer }, 2);
	/* Names for themselves, and for each other. */
	add(blob, BTF_KIND_TYPEDEF, "self", 0, blob->nr);
	add(blob, BTF_KIND_CONST, "", 0, blob->nr + 1);
	add(blob, BTF_KIND_TYPEDEF, "round", 0, blob->nr - 1);
	add_func(blob, "cyclic", blob->nr - 1, (u32[]){ blob->nr - 3 }, 1);
	add_last(blob, "last", integer, integer);
}

/* Its functions refer to types of the kernel and of its own. */
void blob_module(struct blob *blob, const struct vzctx_btf *kernel)
{
	u32 number = 2;	/* "unsigned long", see above */

	begin(blob, kernel->end);
	add(blob, BTF_KIND_TYPEDEF, "own_t", 0, number);
	blob->strings_len = 1;
	add_func(blob, "of_module", number, (u32[]){ blob->nr - 1 }, 1);
}

/* In memory of exactly that size, of which one section or the other is the end. */
void *blob_assemble(const struct blob *blob, bool types_last, size_t *size)
{
	u32 types = types_last ? (blob->strings_len + 3) & ~3U : 0;
	struct btf_header head = {
		.magic = BTF_MAGIC, .version = BTF_VERSION,
		.hdr_len = sizeof(head),
		.type_off = types, .type_len = blob->types_len,
		.str_off = types_last ? 0 : blob->types_len,
		.str_len = blob->strings_len,
	};
	unsigned char *data;

	*size = sizeof(head) + (types_last ? types + blob->types_len :
				blob->types_len + blob->strings_len);
	data = calloc(1, *size);
	memcpy(data, &head, sizeof(head));
	memcpy(data + sizeof(head) + types, blob->types, blob->types_len);
	memcpy(data + sizeof(head) + head.str_off, blob->strings,
	       blob->strings_len);
	return data;
}
