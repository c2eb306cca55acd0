// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the types of the running kernel, as it describes them itself
 *
 * Compiled for user space too, where the model test feeds it broken data.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kern/btf.h"

/* Records between two marks. */
#define STEP	64

/* What vzctx_btf_open() needs of struct btf_header; newer kernels have more. */
struct head {
	u16 magic;
	u8 version;
	u8 flags;
	u32 hdr_len;
	u32 type_off;
	u32 type_len;
	u32 str_off;
	u32 str_len;
};

struct layout_head {
	struct head head;
	u32 layout_off;
	u32 layout_len;
};

/* Of a record without what follows: its elements, each of which has @each bytes. */
struct shape {
	bool known;
	u8 fixed;
	u8 each;
};

static const struct shape shapes[] = {
	[BTF_KIND_INT] = { true, sizeof(u32), 0 },
	[BTF_KIND_PTR] = { true, 0, 0 },
	[BTF_KIND_ARRAY] = { true, sizeof(struct btf_array), 0 },
	[BTF_KIND_STRUCT] = { true, 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION] = { true, 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM] = { true, 0, sizeof(struct btf_enum) },
	[BTF_KIND_FWD] = { true, 0, 0 },
	[BTF_KIND_TYPEDEF] = { true, 0, 0 },
	[BTF_KIND_VOLATILE] = { true, 0, 0 },
	[BTF_KIND_CONST] = { true, 0, 0 },
	[BTF_KIND_RESTRICT] = { true, 0, 0 },
	[BTF_KIND_FUNC] = { true, 0, 0 },
	[BTF_KIND_FUNC_PROTO] = { true, 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR] = { true, sizeof(struct btf_var), 0 },
	[BTF_KIND_DATASEC] = { true, 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_FLOAT] = { true, 0, 0 },
	[BTF_KIND_DECL_TAG] = { true, sizeof(struct btf_decl_tag), 0 },
	[BTF_KIND_TYPE_TAG] = { true, 0, 0 },
	[BTF_KIND_ENUM64] = { true, 0, sizeof(struct btf_enum64) },
};

/* Bytes of the record at an offset, or 0 if it does not fit or is of no known kind. */
static u32 record_len(const struct vzctx_btf *btf, u32 at)
{
	const struct btf_type *type = (const void *)(btf->types + at);
	u32 left = btf->types_len - at, kind;
	struct shape shape = {};
	u64 len;

	if (left < sizeof(*type))
		return 0;
	kind = vzctx_btf_kind(type);
	if (kind < ARRAY_SIZE(shapes))
		shape = shapes[kind];
	else if (kind < btf->kinds)
		shape = (struct shape){ true, btf->layout[kind * 4],
					btf->layout[kind * 4 + 1] };
	if (!shape.known)
		return 0;
	len = sizeof(*type) + shape.fixed +
	      (u64)vzctx_btf_vlen(type) * shape.each;
	return len > left || len % sizeof(u32) ? 0 : len;
}

/* Whether a section of @len bytes lies @off behind the head of @size bytes. */
static bool fits(size_t size, u32 head, u32 off, u32 len)
{
	return (u64)head + off + len <= size;
}

static int set_sections(struct vzctx_btf *btf, const void *data, size_t size)
{
	const struct layout_head *newer = data;
	const struct head *head = data;
	const char *body;

	if ((unsigned long)data % sizeof(u32) || size < sizeof(*head) ||
	    head->magic != BTF_MAGIC || head->version != BTF_VERSION ||
	    head->hdr_len < sizeof(*head) || head->hdr_len % sizeof(u32) ||
	    head->type_off % sizeof(u32) ||
	    !fits(size, head->hdr_len, head->type_off, head->type_len) ||
	    !fits(size, head->hdr_len, head->str_off, head->str_len))
		return -EINVAL;
	body = (const char *)data + head->hdr_len;
	btf->types = (const unsigned char *)body + head->type_off;
	btf->types_len = head->type_len;
	btf->strings = body + head->str_off;
	btf->strings_len = head->str_len;
	if (!btf->strings_len || btf->strings[btf->strings_len - 1])
		return -EINVAL;
	if (head->hdr_len >= sizeof(*newer) &&
	    fits(size, head->hdr_len, newer->layout_off, newer->layout_len)) {
		btf->layout = (const unsigned char *)body + newer->layout_off;
		btf->kinds = newer->layout_len / 4;
	}
	return 0;
}

/**
 * vzctx_btf_open() - looks at every record once
 * @btf: filled in
 * @data: begins with struct btf_header; stays as it is until vzctx_btf_close()
 * @size: bytes
 * @base: the kernel's types, for those of a module; or NULL
 *
 * Sleeps.
 *
 * Return: 0; -EINVAL for what is no BTF or has a record of an unknown kind;
 * -ENOMEM.
 */
int vzctx_btf_open(struct vzctx_btf *btf, const void *data, size_t size,
		   const struct vzctx_btf *base)
{
	u32 at = 0, len, nr = 0;
	int err;

	*btf = (struct vzctx_btf){ .base = base, .first = 1 };
	if (base) {
		btf->first = base->end;
		btf->first_string = base->strings_len;
	}
	err = set_sections(btf, data, size);
	if (err)
		return err;
	btf->mark = kvcalloc(btf->types_len / sizeof(struct btf_type) / STEP + 1,
			     sizeof(*btf->mark), GFP_KERNEL);
	if (!btf->mark)
		return -ENOMEM;
	for (; at < btf->types_len; at += len, nr++) {
		len = record_len(btf, at);
		if (!len) {
			vzctx_btf_close(btf);
			return -EINVAL;
		}
		if (nr % STEP == 0)
			btf->mark[nr / STEP] = at;
	}
	btf->end = btf->first + nr;
	return 0;
}

/** vzctx_btf_close() - forgets what vzctx_btf_open() made; also twice */
void vzctx_btf_close(struct vzctx_btf *btf)
{
	kvfree(btf->mark);
	*btf = (struct vzctx_btf){};
}

/**
 * vzctx_btf_type() - finds a record by its number
 * @btf: opened
 * @id: any number
 *
 * Return: the record; NULL for 0, which stands for void, and for what is not there.
 */
const struct btf_type *vzctx_btf_type(const struct vzctx_btf *btf, u32 id)
{
	u32 at, nr;

	if (btf->base && id < btf->first)
		btf = btf->base;
	if (id < btf->first || id >= btf->end)
		return NULL;
	nr = id - btf->first;
	at = btf->mark[nr / STEP];
	for (nr %= STEP; nr; nr--)
		at += record_len(btf, at);
	return (const void *)(btf->types + at);
}

/**
 * vzctx_btf_name() - the name of a type
 * @btf: opened
 * @type: a record of it or of its base
 *
 * Return: the name; "" if it has none.
 */
const char *vzctx_btf_name(const struct vzctx_btf *btf,
			   const struct btf_type *type)
{
	u32 at = type->name_off;

	if (btf->base && at < btf->first_string)
		btf = btf->base;
	if (at < btf->first_string ||
	    at - btf->first_string >= btf->strings_len)
		return "";
	return btf->strings + (at - btf->first_string);
}

static u32 hash(const char *name, size_t len)
{
	u32 hash = 0;

	while (len--)
		hash = hash * 31 + (unsigned char)*name++;
	return hash % ARRAY_SIZE(((struct vzctx_btf_names *)0)->head);
}

/**
 * vzctx_btf_names() - prepares for vzctx_btf_named()
 * @names: filled in
 * @funcs: what is looked for
 * @nr: how many, below 65536
 */
void vzctx_btf_names(struct vzctx_btf_names *names, struct vzctx_btf_func *funcs,
		     unsigned int nr)
{
	unsigned int i;

	*names = (struct vzctx_btf_names){ .funcs = funcs };
	for (i = 0; i < nr; i++) {
		u16 *first = &names->head[hash(funcs[i].name,
					       strlen(funcs[i].name))];

		funcs[i].next = *first;
		*first = i + 1;
	}
}

/**
 * vzctx_btf_named() - tells which function has a name
 * @names: prepared
 * @name: the name
 * @len: its length, the name may go on
 *
 * Return: the function, or NULL if none of that name is looked for.
 */
struct vzctx_btf_func *vzctx_btf_named(const struct vzctx_btf_names *names,
				       const char *name, size_t len)
{
	u32 i = names->head[hash(name, len)];

	for (; i; i = names->funcs[i - 1].next) {
		struct vzctx_btf_func *func = &names->funcs[i - 1];

		if (!strncmp(func->name, name, len) && !func->name[len])
			return func;
	}
	return NULL;
}

/* The first function of a name from number @id on, which is at @at; 0: none. */
static u32 next_func(const struct vzctx_btf *btf, const char *name, u32 id, u32 at)
{
	for (; id < btf->end; id++) {
		const struct btf_type *type = (const void *)(btf->types + at);

		if (vzctx_btf_kind(type) == BTF_KIND_FUNC &&
		    !strcmp(vzctx_btf_name(btf, type), name))
			return id;
		at += record_len(btf, at);
	}
	return 0;
}

/**
 * vzctx_btf_again() - finds another function of the same name
 * @btf: opened
 * @func: found by vzctx_btf_find()
 * @id: the one before
 *
 * Return: its number, or 0.
 */
u32 vzctx_btf_again(const struct vzctx_btf *btf,
		    const struct vzctx_btf_func *func, u32 id)
{
	const struct btf_type *type = vzctx_btf_type(btf, id);
	u32 at;

	if (!type || id < btf->first)
		return 0;
	at = (const unsigned char *)type - btf->types;
	return next_func(btf, func->name, id + 1, at + record_len(btf, at));
}

/**
 * vzctx_btf_find() - finds functions by their names, all in one pass
 * @btf: opened
 * @funcs: what is looked for; @id and @found are set
 * @nr: how many
 *
 * Functions of the base of @btf are not looked at. Sleeps.
 */
void vzctx_btf_find(const struct vzctx_btf *btf, struct vzctx_btf_func *funcs,
		    unsigned int nr)
{
	struct vzctx_btf_names names;
	u32 at = 0, id;

	vzctx_btf_names(&names, funcs, nr);
	for (id = 0; id < nr; id++) {
		funcs[id].id = 0;
		funcs[id].found = 0;
	}
	for (id = btf->first; id < btf->end; id++) {
		const struct btf_type *type = (const void *)(btf->types + at);
		struct vzctx_btf_func *func;
		const char *name;

		at += record_len(btf, at);
		if (id % 8192 == 0)
			cond_resched();
		if (vzctx_btf_kind(type) != BTF_KIND_FUNC)
			continue;
		name = vzctx_btf_name(btf, type);
		func = vzctx_btf_named(&names, name, strlen(name));
		if (func && !func->found++)
			func->id = id;
	}
}
