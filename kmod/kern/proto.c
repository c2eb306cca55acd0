// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - whether a function has the prototype it was compiled for
 *
 * Compiled for user space too, where the model test feeds it broken data. Of a
 * type const, volatile and restrict are nobody's business; what a call hands over
 * and what a pointer leads to are.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "kern/btf.h"
#include "kern/proto.h"

/**
 * struct target - the text of a type, taken apart
 * @stars: pointers in front of what they lead to
 * @tag: BTF_KIND_STRUCT, BTF_KIND_UNION or BTF_KIND_ENUM by the keyword; or 0
 * @name: the name behind the keyword, or the only word; empty for a number made of
 *	the words of C
 * @size: bytes of such a number, or 0
 * @is_signed: of such a number
 * @any_sign: it is a char, which has the sign that the compiler was told
 */
struct target {
	unsigned int stars;
	u32 tag;
	char name[64];
	u32 size;
	bool is_signed;
	bool any_sign;
};

static bool is_word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static bool is(const char *word, size_t len, const char *other)
{
	return strlen(other) == len && !memcmp(word, other, len);
}

/* Numbers in words of C. @longs etc. are what was met up to here. */
struct number {
	unsigned int longs;
	bool is_char, is_short, is_int, is_unsigned, is_signed;
};

static bool number_word(struct number *n, const char *word, size_t len)
{
	if (is(word, len, "long"))
		n->longs++;
	else if (is(word, len, "char"))
		n->is_char = true;
	else if (is(word, len, "short"))
		n->is_short = true;
	else if (is(word, len, "int"))
		n->is_int = true;
	else if (is(word, len, "unsigned"))
		n->is_unsigned = true;
	else if (is(word, len, "signed"))
		n->is_signed = true;
	else
		return false;
	return true;
}

static u32 number_size(const struct number *n)
{
	if (n->is_char)
		return sizeof(char);
	if (n->is_short)
		return sizeof(short);
	if (n->longs)
		return n->longs > 1 ? sizeof(long long) : sizeof(long);
	return n->is_int || n->is_unsigned || n->is_signed ? sizeof(int) : 0;
}

static bool is_qualifier(const char *word, size_t len)
{
	static const char *const words[] = {
		"const", "volatile", "restrict", "__restrict",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (is(word, len, words[i]))
			return true;
	return false;
}

static u32 tag_of(const char *word, size_t len)
{
	if (is(word, len, "struct"))
		return BTF_KIND_STRUCT;
	if (is(word, len, "union"))
		return BTF_KIND_UNION;
	return is(word, len, "enum") ? BTF_KIND_ENUM : 0;
}

/* False for what is none of the types a prototype here is made of. */
static bool take_apart(const char *text, struct target *to)
{
	struct number number = {};
	size_t len;

	*to = (struct target){};
	for (; *text; text += len) {
		u32 tag;

		len = 1;
		if (*text == '*')
			to->stars++;
		if (*text == ' ' || *text == '*')
			continue;
		for (len = 0; is_word(text[len]); len++)
			;
		if (!len)
			return false;
		tag = tag_of(text, len);
		if (tag) {
			to->tag = tag;
		} else if (!is_qualifier(text, len) &&
			   !number_word(&number, text, len)) {
			if (*to->name || len >= sizeof(to->name))
				return false;
			memcpy(to->name, text, len);
		}
	}
	to->size = number_size(&number);
	to->is_signed = !number.is_unsigned;
	to->any_sign = number.is_char && !number.is_unsigned && !number.is_signed;
	return !to->size != !*to->name;
}

static bool is_qualified(u32 kind)
{
	return kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

/**
 * struct found - what a number of BTF stands for
 * @type: no qualifier and no typedef, NULL: void
 * @named: a typedef on the way has the name that was asked for
 * @broken: there is no end, or none within reason
 */
struct found {
	const struct btf_type *type;
	bool named;
	bool broken;
};

static struct found follow(const struct vzctx_btf *btf, u32 id,
			   const char *name)
{
	struct found found = {};
	unsigned int hops;

	for (hops = 0; hops < VZCTX_BTF_HOPS; hops++) {
		u32 kind;

		found.type = vzctx_btf_type(btf, id);
		if (!found.type) {
			found.broken = id;
			return found;
		}
		kind = vzctx_btf_kind(found.type);
		if (kind == BTF_KIND_TYPEDEF)
			found.named |= !strcmp(vzctx_btf_name(btf, found.type),
					       name);
		else if (!is_qualified(kind))
			return found;
		id = found.type->type;
	}
	found.broken = true;
	return found;
}

static bool is_tagged(const struct vzctx_btf *btf, const struct btf_type *type,
		      const struct target *want)
{
	u32 kind = vzctx_btf_kind(type);

	if (kind == BTF_KIND_FWD)
		kind = type->info >> 31 ? BTF_KIND_UNION : BTF_KIND_STRUCT;
	if (kind == BTF_KIND_ENUM64)
		kind = BTF_KIND_ENUM;
	return kind == want->tag &&
	       !strcmp(vzctx_btf_name(btf, type), want->name);
}

static u32 int_encoding(const struct btf_type *type)
{
	return *(const u32 *)(type + 1) >> 24 & 0x0f;
}

static bool is_number(const struct btf_type *type, u32 size, bool is_signed)
{
	return vzctx_btf_kind(type) == BTF_KIND_INT && type->size == size &&
	       !(int_encoding(type) & BTF_INT_BOOL) &&
	       !!(int_encoding(type) & BTF_INT_SIGNED) == is_signed;
}

static bool proto_fits(const struct vzctx_proto *proto,
		       const struct vzctx_btf *btf, const struct btf_type *type);

/* What the last star leads to. @callback: what it is if it is a function; or NULL */
static bool target_fits(const struct vzctx_btf *btf, u32 id,
			const struct target *want,
			const struct vzctx_proto *callback)
{
	struct found found = follow(btf, id, want->name);

	if (found.broken)
		return false;
	if (callback && !strcmp(want->name, callback->symbol))
		return proto_fits(callback, btf, found.type);
	if (!found.type)
		return !want->tag && (found.named || !strcmp(want->name, "void"));
	if (want->tag)
		return is_tagged(btf, found.type, want);
	if (want->any_sign && is_number(found.type, want->size, false))
		return true;
	if (want->size)
		return is_number(found.type, want->size, want->is_signed);
	return found.named;
}

static bool pointer_fits(const struct vzctx_btf *btf, u32 id,
			 const struct target *want,
			 const struct vzctx_proto *callback)
{
	unsigned int stars;

	for (stars = want->stars; stars; stars--) {
		struct found found = follow(btf, id, "");

		if (found.broken || !found.type ||
		    vzctx_btf_kind(found.type) != BTF_KIND_PTR)
			return false;
		id = found.type->type;
	}
	return target_fits(btf, id, want, callback);
}

static bool number_fits(const struct vzctx_btf *btf, const struct found *found,
			const struct vzctx_type *type, const struct target *want)
{
	u32 kind = vzctx_btf_kind(found->type);

	if (want->tag == BTF_KIND_ENUM)
		return is_tagged(btf, found->type, want) &&
		       found->type->size == type->size;
	if (kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64)
		return found->named && found->type->size == type->size;
	return is_number(found->type, type->size, type->is_signed);
}

static bool record_fits(const struct vzctx_btf *btf, const struct found *found,
			const struct vzctx_type *type, const struct target *want)
{
	u32 kind = vzctx_btf_kind(found->type);

	if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION)
		return false;
	return found->type->size == type->size &&
	       (want->tag ? is_tagged(btf, found->type, want) : found->named);
}

static bool type_fits(const struct vzctx_btf *btf, u32 id,
		      const struct vzctx_type *type,
		      const struct vzctx_proto *callback)
{
	struct target want;
	struct found found;

	if (!take_apart(type->text, &want))
		return false;
	if (type->class == VZCTX_CLASS_POINTER)
		return want.stars && pointer_fits(btf, id, &want, callback);
	if (want.stars)
		return false;
	found = follow(btf, id, want.name);
	if (found.broken || !found.type)
		return !found.broken && type->class == VZCTX_CLASS_VOID;
	switch (type->class) {
	case VZCTX_CLASS_BOOL:
		return vzctx_btf_kind(found.type) == BTF_KIND_INT &&
		       found.type->size == type->size &&
		       int_encoding(found.type) & BTF_INT_BOOL;
	case VZCTX_CLASS_NUMBER:
		return number_fits(btf, &found, type, &want);
	case VZCTX_CLASS_RECORD:
		return record_fits(btf, &found, type, &want);
	}
	return false;
}

/* A callback has none of its own, so this ends. */
static bool proto_fits(const struct vzctx_proto *proto,
		       const struct vzctx_btf *btf, const struct btf_type *type)
{
	const struct btf_param *param;
	unsigned int i;

	if (!type || vzctx_btf_kind(type) != BTF_KIND_FUNC_PROTO ||
	    vzctx_btf_vlen(type) != proto->params ||
	    !type_fits(btf, type->type, &proto->type[0], NULL))
		return false;
	param = (const void *)(type + 1);
	for (i = 0; i < proto->params; i++)
		if (!type_fits(btf, param[i].type, &proto->type[1 + i],
			       proto->callback))
			return false;
	return true;
}

/**
 * vzctx_proto_fits() - compares a prototype with that of a function
 * @proto: what the module was compiled for
 * @btf: opened
 * @func: number of the function, as vzctx_btf_find() found it
 *
 * A call by @proto of a function that fits hands over and gets back what both
 * sides mean: the same number of arguments, each of the same kind, size and sign,
 * pointers to what has the same name, the return value likewise.
 *
 * Return: true if it fits; false also where the data is broken.
 */
bool vzctx_proto_fits(const struct vzctx_proto *proto,
		      const struct vzctx_btf *btf, u32 func)
{
	const struct btf_type *type = vzctx_btf_type(btf, func);

	return type && vzctx_btf_kind(type) == BTF_KIND_FUNC &&
	       proto_fits(proto, btf, vzctx_btf_type(btf, type->type));
}
