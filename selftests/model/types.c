// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - model test: what kmod/kern makes of the types of a kernel
 *
 * A small set of types is made here by hand; the large one is that of the machine
 * the test runs on. Both are broken in every way that comes to mind. Each copy has
 * exactly its size, so that the address sanitizer sees the first byte too many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kern/btf.h"
#include "blob.h"
#include "kern/proto.h"
#include "model.h"

#define MUTATIONS 20000
#define REAL "/sys/kernel/btf/vmlinux"

struct mm_struct;
struct file;
typedef unsigned long vm_flags_t;
typedef unsigned long long wide_t;
typedef struct { unsigned long bits; } vma_flags_t;
enum reason { REASON_NONE };

/* As the function "grow" of the blob is, and then each time different in one thing. */
#define GROW(ret, sym, mm, flags, why, value, pointer, data, files, n)	\
	VZCTX_PROTO(VZCTX_FOR(2), ret, sym, mm, p1, flags, p2, why, p3, \
		    value, p4, pointer, p5, data, p6, files, p7, n, p8)

GROW(bool, same, struct mm_struct *, vm_flags_t, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, int);
GROW(_Bool, alike, const struct mm_struct *const, unsigned long, enum reason,
     vma_flags_t, vma_flags_t *, const void *, struct file *const *, const int);
GROW(bool, wide, struct mm_struct *, wide_t, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, int);
GROW(int, other_return, struct mm_struct *, vm_flags_t, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, int);
GROW(void, no_return, struct mm_struct *, vm_flags_t, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, int);
GROW(bool, other_struct, struct file *, vm_flags_t, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, int);
GROW(bool, unknown_struct, void *, vm_flags_t, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, int);
GROW(bool, by_pointer, struct mm_struct *, vma_flags_t *, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, int);
GROW(bool, narrow, struct mm_struct *, unsigned int, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, int);
GROW(bool, with_sign, struct mm_struct *, long, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, int);
GROW(bool, no_enum, struct mm_struct *, vm_flags_t, unsigned int, vma_flags_t,
     const vma_flags_t *, void *, struct file **, int);
GROW(bool, no_record, struct mm_struct *, vm_flags_t, enum reason, unsigned long,
     const vma_flags_t *, void *, struct file **, int);
GROW(bool, by_value, struct mm_struct *, vm_flags_t, enum reason, vma_flags_t,
     vma_flags_t, void *, struct file **, int);
GROW(bool, no_void, struct mm_struct *, vm_flags_t, enum reason, vma_flags_t,
     const vma_flags_t *, struct file *, struct file **, int);
GROW(bool, one_star, struct mm_struct *, vm_flags_t, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file *, int);
GROW(bool, three_stars, struct mm_struct *, vm_flags_t, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file ***, int);
GROW(bool, no_sign, struct mm_struct *, vm_flags_t, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, unsigned int);
GROW(bool, no_number, struct mm_struct *, vm_flags_t, enum reason, vma_flags_t,
     const vma_flags_t *, void *, struct file **, bool);
VZCTX_PROTO(VZCTX_FOR(2), int, of_last, int, p1, int, p2, int, p3, int, p4, int, p5,
	    int, p6, int, p7, int, p8);
VZCTX_PROTO(VZCTX_MAYBE_IN("some", 2, 7), bool, fewer, struct mm_struct *, p1,
	    vm_flags_t, p2, enum reason, p3, vma_flags_t, p4,
	    const vma_flags_t *, p5, void *, p6, struct file **, p7);

static const struct {
	const struct vzctx_proto *proto;
	bool fits;
} protos[] = {
	{ &vzctx_proto_same, true },
	{ &vzctx_proto_alike, true },
	{ &vzctx_proto_wide, true },
	{ &vzctx_proto_other_return, false },
	{ &vzctx_proto_no_return, false },
	{ &vzctx_proto_other_struct, false },
	{ &vzctx_proto_unknown_struct, false },
	{ &vzctx_proto_by_pointer, false },
	{ &vzctx_proto_narrow, false },
	{ &vzctx_proto_with_sign, false },
	{ &vzctx_proto_no_enum, false },
	{ &vzctx_proto_no_record, false },
	{ &vzctx_proto_by_value, false },
	{ &vzctx_proto_no_void, false },
	{ &vzctx_proto_one_star, false },
	{ &vzctx_proto_three_stars, false },
	{ &vzctx_proto_no_sign, false },
	{ &vzctx_proto_no_number, false },
	{ &vzctx_proto_fewer, false },
	{ &vzctx_proto_of_last, false },
};

static u32 find(const struct vzctx_btf *btf, const char *name, u32 *found)
{
	struct vzctx_btf_func func = { .name = name };

	vzctx_btf_find(btf, &func, 1);
	if (found)
		*found = func.found;
	return func.id;
}

static void all_protos(const struct vzctx_btf *btf, u32 id, bool as_made)
{
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++) {
		bool fits = vzctx_proto_fits(protos[i].proto, btf, id);

		claim(!as_made || fits == protos[i].fits, "%s: fits is %d",
		      protos[i].proto->symbol, fits);
	}
}

typedef int visit_fn(struct file **files, int n);
typedef int other_fn(struct file **files, long n);
VZCTX_CALLBACK(visit_fn, int, struct file **, files, int, n);
VZCTX_CALLBACK(other_fn, int, struct file **, files, long, n);
VZCTX_PROTO(VZCTX_FOR(2), int, walk, visit_fn *, fn, int, n);
VZCTX_PROTO(VZCTX_FOR(2), int, walk_other, other_fn *, fn, int, n);

/* Of a function that takes a function, both have to fit. */
static bool walks(const struct vzctx_btf *btf, struct vzctx_proto proto,
		  const struct vzctx_proto *callback)
{
	proto.callback = callback;
	return vzctx_proto_fits(&proto, btf, find(btf, "walk", NULL));
}

static void callbacks(const struct vzctx_btf *btf)
{
	claim(walks(btf, vzctx_proto_walk, &vzctx_proto_visit_fn),
	      "what it takes does not fit");
	claim(!walks(btf, vzctx_proto_walk_other, &vzctx_proto_other_fn),
	      "another function fits");
	claim(!walks(btf, vzctx_proto_walk, NULL), "any function fits");
	claim(!walks(btf, vzctx_proto_walk, &vzctx_proto_other_fn),
	      "a stranger fits");
}

void types_fit(void)
{
	struct vzctx_btf_func func = { .name = "twice" };
	struct vzctx_btf kernel;
	struct blob blob;
	size_t size;
	void *data;
	u32 found;

	blob_kernel(&blob);
	data = blob_assemble(&blob, false, &size);
	claim(!vzctx_btf_open(&kernel, data, size, NULL), "it does not open");
	claim(kernel.end == blob.nr, "%u types of %u", kernel.end, blob.nr);
	all_protos(&kernel, find(&kernel, "grow", &found), true);
	claim(found == 1, "grow is there %u times", found);
	callbacks(&kernel);
	func.id = find(&kernel, "twice", &found);
	claim(found == 2, "twice is there %u times", found);
	found = vzctx_btf_again(&kernel, &func, func.id);
	claim(found > func.id, "the second one is %u", found);
	claim(!vzctx_btf_again(&kernel, &func, found), "there is a third one");
	claim(!find(&kernel, "grown", NULL), "what is not there is found");
	claim(!vzctx_proto_fits(&vzctx_proto_same, &kernel,
				find(&kernel, "cyclic", NULL)),
	      "a circle fits");
	vzctx_btf_close(&kernel);
	free(data);
}

VZCTX_PROTO(VZCTX_IN("some", 20), unsigned long, of_module, unsigned long, p1);
VZCTX_PROTO(VZCTX_IN("some", 20), unsigned long, not_of_module, int, p1);

void types_of_module(void)
{
	struct vzctx_btf kernel, module;
	struct blob of_kernel, of_module;
	size_t size, module_size;
	void *data, *module_data;
	u32 func, shift;

	blob_kernel(&of_kernel);
	data = blob_assemble(&of_kernel, true, &size);
	claim(!vzctx_btf_open(&kernel, data, size, NULL), "kernel does not open");
	blob_module(&of_module, &kernel);
	/* Offsets of names go on where the kernel's end. */
	shift = kernel.strings_len - 1;
	for (u32 at = 0; at < of_module.types_len; at += 12) {
		struct btf_type *type = (void *)(of_module.types + at);

		if (type->name_off)
			type->name_off += shift + 1;
		if (type->info >> 24 == BTF_KIND_FUNC_PROTO)
			at += 8;
	}
	module_data = blob_assemble(&of_module, false, &module_size);
	claim(!vzctx_btf_open(&module, module_data, module_size, &kernel),
	      "module does not open");
	func = find(&module, "of_module", NULL);
	claim(func >= kernel.end, "of_module is number %u", func);
	claim(vzctx_proto_fits(&vzctx_proto_of_module, &module, func),
	      "it does not fit");
	claim(!vzctx_proto_fits(&vzctx_proto_not_of_module, &module, func),
	      "it fits what it is not");
	claim(!find(&module, "grow", NULL), "the kernel's are looked at");
	vzctx_btf_close(&module);
	free(module_data);
	vzctx_btf_close(&kernel);
	free(data);
}

static void put_u32(unsigned char *data, size_t size, size_t at, u32 value)
{
	if (at + sizeof(value) <= size)
		memcpy(data + at, &value, sizeof(value));
}

/* Breaks one to four things; returns what is left of @size. */
static size_t mutate(unsigned char *data, size_t size, struct rng *rng)
{
	size_t at;

	for (unsigned int left = 1 + rng_below(rng, 4); left; left--) {
		at = rng_below(rng, size);
		switch (rng_below(rng, 6)) {
		case 0:
			data[at] ^= 1 << rng_below(rng, 8);
			break;
		case 1:
			data[at] = rng_next(rng);
			break;
		case 2:	/* a number, offset or length that may be a little wrong */
			put_u32(data, size, at & ~3UL, rng_below(rng, 80));
			break;
		case 3:
			put_u32(data, size, at & ~3UL, -rng_below(rng, 80));
			break;
		case 4:	/* the head */
			put_u32(data, size, rng_below(rng, 6) * 4,
				rng_below(rng, 2 * size));
			break;
		case 5:
			if (rng_below(rng, 4) == 0)
				size = 1 + rng_below(rng, size);
			break;
		}
	}
	return size;
}

/* Whether it opened. Everything is asked that the module asks, and more. */
static bool ask(const void *data, size_t size, const struct vzctx_btf *base,
		struct rng *rng)
{
	struct vzctx_btf_func funcs[] = {
		{ .name = "grow" }, { .name = "twice" }, { .name = "cyclic" },
		{ .name = "of_module" }, { .name = "last" }, { .name = "" },
		{ .name = "vfs_read" },
	};
	struct vzctx_btf btf;

	if (vzctx_btf_open(&btf, data, size, base))
		return false;
	vzctx_btf_find(&btf, funcs, sizeof(funcs) / sizeof(funcs[0]));
	for (size_t i = 0; i < sizeof(funcs) / sizeof(funcs[0]); i++)
		for (u32 id = funcs[i].id; id; id = vzctx_btf_again(&btf, &funcs[i], id))
			all_protos(&btf, id, false);
	vzctx_btf_type(&btf, btf.end);
	for (unsigned int i = 0; i < 8; i++)
		all_protos(&btf, rng_below(rng, btf.end + 2UL), false);
	vzctx_btf_close(&btf);
	return true;
}

static void break_it(const void *whole, size_t size, const struct vzctx_btf *base,
		     unsigned int times, uint64_t stream)
{
	struct rng rng = rng_make(stream);
	unsigned int opened = 0;

	for (unsigned int i = 0; i < times; i++) {
		unsigned char *work = malloc(size), *data;
		size_t left;

		memcpy(work, whole, size);
		left = mutate(work, size, &rng);
		data = malloc(left);
		memcpy(data, work, left);
		free(work);
		opened += ask(data, left, base, &rng);
		free(data);
	}
	printf("# %u of %u broken ones opened\n", opened, times);
	claim(opened > times / 20 && opened < times, "they are not broken well");
}

void types_broken(void)
{
	struct vzctx_btf kernel;
	struct blob blob;
	size_t size;
	void *data;

	blob_kernel(&blob);
	data = blob_assemble(&blob, true, &size);
	break_it(data, size, NULL, MUTATIONS, 11);
	free(data);
	data = blob_assemble(&blob, false, &size);
	break_it(data, size, NULL, MUTATIONS, 14);
	claim(!vzctx_btf_open(&kernel, data, size, NULL), "kernel does not open");
	break_it(data, size, &kernel, MUTATIONS, 12);
	vzctx_btf_close(&kernel);
	free(data);
}

static void *read_real(size_t *size)
{
	FILE *f = fopen(REAL, "r");
	size_t room = 64 << 20;
	char *data = malloc(room);

	*size = 0;
	if (f) {
		*size = fread(data, 1, room, f);
		fclose(f);
	}
	return realloc(data, *size + !*size);
}

VZCTX_PROTO(VZCTX_FOR(2), ssize_t, vfs_read, struct file *, file, char *, buf,
	    size_t, count, loff_t *, pos);
VZCTX_PROTO(VZCTX_FOR(2), ssize_t, not_vfs_read, struct file *, file, char *, buf,
	    size_t, count, loff_t, pos);

/* The first of the kernel's types, with the first of its strings. */
static void *slice(const void *whole, size_t *size)
{
	struct btf_header head;
	struct vzctx_btf btf;
	unsigned char *part;
	const struct btf_type *last;

	if (vzctx_btf_open(&btf, whole, *size, NULL))
		return NULL;
	memcpy(&head, whole, sizeof(head));
	last = vzctx_btf_type(&btf, btf.end < 3000 ? btf.end - 1 : 3000);
	head.hdr_len = sizeof(head);
	head.type_off = 0;
	head.type_len = (const unsigned char *)last - btf.types;
	head.str_off = head.type_len;
	head.str_len = btf.strings_len < 65536 ? btf.strings_len : 65536;
	*size = sizeof(head) + head.type_len + head.str_len;
	part = malloc(*size);
	memcpy(part, &head, sizeof(head));
	memcpy(part + sizeof(head), btf.types, head.type_len);
	memcpy(part + sizeof(head) + head.type_len, btf.strings, head.str_len);
	part[*size - 1] = 0;
	vzctx_btf_close(&btf);
	return part;
}

void types_real(void)
{
	struct vzctx_btf btf;
	size_t size;
	void *data = read_real(&size), *part;
	u32 found, id;

	if (!size) {
		printf("# this machine has no %s; only types made by hand\n", REAL);
		free(data);
		return;
	}
	claim(!vzctx_btf_open(&btf, data, size, NULL), REAL " does not open");
	id = find(&btf, "vfs_read", &found);
	claim(found == 1, "vfs_read is there %u times", found);
	claim(vzctx_proto_fits(&vzctx_proto_vfs_read, &btf, id), "vfs_read");
	claim(!vzctx_proto_fits(&vzctx_proto_not_vfs_read, &btf, id),
	      "vfs_read fits what it is not");
	vzctx_btf_close(&btf);
	part = slice(data, &size);
	break_it(part, size, NULL, MUTATIONS / 4, 13);
	free(part);
	free(data);
}

/* The lines that a program reads from the module's file. */
void types_told(void)
{
	static const char *const lines[] = {
		"hook=must::2:same:_Bool(struct mm_struct *,vm_flags_t,enum reason,vma_flags_t,const vma_flags_t *,void *,struct file **,int)",
		"hook=may:some:2, 7:fewer:_Bool(struct mm_struct *,vm_flags_t,enum reason,vma_flags_t,const vma_flags_t *,void *,struct file **)",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *at = __start_modinfo;

		while (at < __stop_modinfo && strcmp(at, lines[i]))
			at += strlen(at) + 1;
		claim(at < __stop_modinfo, "there is no %s", lines[i]);
	}
	claim(vzctx_proto_fewer.res == (1 << 2 | 1 << 7), "resources %x",
	      vzctx_proto_fewer.res);
}
