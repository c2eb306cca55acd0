/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the prototype a function was compiled for
 *
 * A prototype is written once, in the manner of SYSCALL_DEFINE: types and names of
 * the parameters alternate. From that the compiler makes the declaration, and a
 * descriptor that is compared with what the running kernel says of its function.
 *
 * The module's file carries each descriptor as a line of its modinfo section:
 *
 *	hook=NEED:MODULE:RESOURCES:SYMBOL:RETURN(TYPE,TYPE...)
 *
 * NEED is "must", or "may" for a function that not every kernel has; MODULE is
 * where it is, empty for the kernel itself; RESOURCES are the numbers (UB_*), with
 * ", " between them, of what is not enforced without it, or "all" or "none". Types are as the
 * compiler saw them, without macros.
 */
#ifndef _VZCTX_PROTO_H
#define _VZCTX_PROTO_H

#include <linux/build_bug.h>
#include <linux/module.h>
#include <linux/stringify.h>
#include <linux/types.h>

struct vzctx_btf;

/** A prototype has at most this many parameters. */
#define VZCTX_PARAMS	8

/** enum vzctx_class - what the compiler made of a type */
enum vzctx_class {
	VZCTX_CLASS_NUMBER,	/* enums too, which their text tells apart */
	VZCTX_CLASS_BOOL,
	VZCTX_CLASS_POINTER,
	VZCTX_CLASS_RECORD,	/* struct or union */
	VZCTX_CLASS_VOID,
};

/**
 * struct vzctx_type - a type in a prototype
 * @text: as it was written
 * @size: bytes
 * @class: what it is
 * @is_signed: of a number
 */
struct vzctx_type {
	const char *text;
	u16 size;
	u8 class;
	bool is_signed;
};

/**
 * struct vzctx_proto - the prototype of a function of the kernel
 * @symbol: its name
 * @module: the module it is in, which may come and go; NULL: the kernel itself
 * @optional: not every supported kernel has the function or needs it
 * @res: resources that are not enforced without it, BIT(UB_*)
 * @view: what containers see the host's own of without it, VZCTX_VIEW_*; where there
 *	is neither @res nor @view, nothing works without it
 * @callback: what a pointer to a function among the parameters leads to; or NULL
 * @params: how many parameters
 * @type: what it returns, then its parameters
 */
struct vzctx_proto {
	const char *symbol;
	const char *module;
	bool optional;
	u32 res;
	u8 view;
	const struct vzctx_proto *callback;
	unsigned int params;
	struct vzctx_type type[1 + VZCTX_PARAMS];
};

/* Type and name of each of up to 8 parameters, handed to a macro one by one; or void. */
#define __VZCTX_NTH(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, n, ...) n
#define __VZCTX_PAIRS(...)						\
	__VZCTX_NTH(__VA_ARGS__, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 0)
#define __VZCTX_MAP0(m, none)		m##_NONE
#define __VZCTX_MAP1(m, t, a)		m(t, a)
#define __VZCTX_MAP2(m, t, a, ...)	m(t, a), __VZCTX_MAP1(m, __VA_ARGS__)
#define __VZCTX_MAP3(m, t, a, ...)	m(t, a), __VZCTX_MAP2(m, __VA_ARGS__)
#define __VZCTX_MAP4(m, t, a, ...)	m(t, a), __VZCTX_MAP3(m, __VA_ARGS__)
#define __VZCTX_MAP5(m, t, a, ...)	m(t, a), __VZCTX_MAP4(m, __VA_ARGS__)
#define __VZCTX_MAP6(m, t, a, ...)	m(t, a), __VZCTX_MAP5(m, __VA_ARGS__)
#define __VZCTX_MAP7(m, t, a, ...)	m(t, a), __VZCTX_MAP6(m, __VA_ARGS__)
#define __VZCTX_MAP8(m, t, a, ...)	m(t, a), __VZCTX_MAP7(m, __VA_ARGS__)
#define __VZCTX_MAPN(n, m, ...)		__VZCTX_MAP##n(m, __VA_ARGS__)
#define __VZCTX_MAP(n, m, ...)		__VZCTX_MAPN(n, m, __VA_ARGS__)

/* The texts of their types in one string. */
#define __VZCTX_TEXT0(none)		"void"
#define __VZCTX_TEXT1(t, a)		__stringify(t)
#define __VZCTX_TEXT2(t, a, ...)	__stringify(t) "," __VZCTX_TEXT1(__VA_ARGS__)
#define __VZCTX_TEXT3(t, a, ...)	__stringify(t) "," __VZCTX_TEXT2(__VA_ARGS__)
#define __VZCTX_TEXT4(t, a, ...)	__stringify(t) "," __VZCTX_TEXT3(__VA_ARGS__)
#define __VZCTX_TEXT5(t, a, ...)	__stringify(t) "," __VZCTX_TEXT4(__VA_ARGS__)
#define __VZCTX_TEXT6(t, a, ...)	__stringify(t) "," __VZCTX_TEXT5(__VA_ARGS__)
#define __VZCTX_TEXT7(t, a, ...)	__stringify(t) "," __VZCTX_TEXT6(__VA_ARGS__)
#define __VZCTX_TEXT8(t, a, ...)	__stringify(t) "," __VZCTX_TEXT7(__VA_ARGS__)
#define __VZCTX_TEXTN(n, ...)		__VZCTX_TEXT##n(__VA_ARGS__)
#define __VZCTX_TEXT(n, ...)		__VZCTX_TEXTN(n, __VA_ARGS__)

#define __VZCTX_DECL(t, a)	t a
#define __VZCTX_DECL_NONE	void

/* Bits of up to 6 resources. */
#define __VZCTX_BIT(nr)		((nr) < 0 ? 0 : 1U << ((nr) & 31))
#define __VZCTX_BITS_OF(a, b, c, d, e, f, ...)				\
	(__VZCTX_BIT(a) | __VZCTX_BIT(b) | __VZCTX_BIT(c) |		\
	 __VZCTX_BIT(d) | __VZCTX_BIT(e) | __VZCTX_BIT(f))
#define __VZCTX_BITS(...)						\
	__VZCTX_BITS_OF(__VA_ARGS__, -1, -1, -1, -1, -1, -1)

/**
 * VZCTX_FOR() - first argument of a prototype: a function of the kernel itself
 * @...: the resources that are not enforced without it, at most 6
 */
#define VZCTX_FOR(...)	false, NULL, __VZCTX_BITS(__VA_ARGS__), 0,	\
			"must::" __stringify(__VA_ARGS__)

/** VZCTX_FOR_ALL - likewise, without which nothing works */
#define VZCTX_FOR_ALL	false, NULL, 0, 0, "must::all"

/** VZCTX_FOR_NONE - likewise, without which nothing is lost but words */
#define VZCTX_FOR_NONE	true, NULL, 0, 0, "may::none"

/**
 * VZCTX_FOR_VIEW() - likewise, without which containers see the host's own
 * @view: VZCTX_VIEW_*, what they see
 */
#define VZCTX_FOR_VIEW(view)	false, NULL, 0, view, "must::none"

/**
 * VZCTX_IN() - likewise a function of a module
 * @module: its name, a string
 * @...: as for VZCTX_FOR()
 */
#define VZCTX_IN(module, ...)						\
	false, module, __VZCTX_BITS(__VA_ARGS__), 0,			\
	"must:" module ":" __stringify(__VA_ARGS__)

/** VZCTX_MAYBE_IN() - likewise one that not every kernel has or needs */
#define VZCTX_MAYBE_IN(module, ...)					\
	true, module, __VZCTX_BITS(__VA_ARGS__), 0,			\
	"may:" module ":" __stringify(__VA_ARGS__)

/** VZCTX_MAYBE_FOR() - likewise of the kernel itself */
#define VZCTX_MAYBE_FOR(...)						\
	true, NULL, __VZCTX_BITS(__VA_ARGS__), 0,			\
	"may::" __stringify(__VA_ARGS__)

/**
 * VZCTX_BY_OPTION() - likewise, where the kernel was configured to have it
 * @option: CONFIG_*: y, the kernel itself has it; m, a module has
 * @module: the name of that module
 * @...: resources, as for VZCTX_FOR()
 */
#define VZCTX_BY_OPTION(option, module, ...)				\
	__VZCTX_BY(IS_BUILTIN(option), IS_MODULE(option))(module, __VA_ARGS__)
#define __VZCTX_BY(y, m)	__VZCTX_BY_PASTE(y, m)
#define __VZCTX_BY_PASTE(y, m)	__VZCTX_BY_##y##m
#define __VZCTX_BY_10(module, ...)	VZCTX_FOR(__VA_ARGS__)
#define __VZCTX_BY_01(module, ...)	VZCTX_IN(module, __VA_ARGS__)
#define __VZCTX_BY_00(module, ...)	VZCTX_MAYBE_FOR(__VA_ARGS__)

/* An expression of that type, which is never evaluated; for void of another. */
#define __VZCTX_OF(t)							\
	(*(typeof(__builtin_choose_expr(				\
		__builtin_types_compatible_p(t, void),			\
		(char **)NULL, (t *)NULL)))NULL)
/* The type itself if it is a number, or else one that is. */
#define __VZCTX_NUMBER(t)						\
	typeof(__builtin_choose_expr(					\
		__builtin_classify_type(__VZCTX_OF(t)) == 1, __VZCTX_OF(t), 0U))
#define __VZCTX_CLASS(t)						\
	(__builtin_types_compatible_p(t, void) ? VZCTX_CLASS_VOID :	\
	 __builtin_types_compatible_p(t, _Bool) ? VZCTX_CLASS_BOOL :	\
	 __builtin_classify_type(__VZCTX_OF(t)) == 1 ?			\
						VZCTX_CLASS_NUMBER :	\
	 __builtin_classify_type(__VZCTX_OF(t)) == 5 ?			\
						VZCTX_CLASS_POINTER :	\
						VZCTX_CLASS_RECORD)
#ifdef __CHECKER__
/* Sparse cannot classify a type. */
#define __VZCTX_TYPE(t, a) { .text = __stringify(t) }
#else
#define __VZCTX_TYPE(t, a) {						\
	.text = __stringify(t),						\
	.size = sizeof(t),						\
	.class = __VZCTX_CLASS(t),					\
	.is_signed = (__VZCTX_NUMBER(t))-1 < (__VZCTX_NUMBER(t))1,	\
}
#endif

#define __VZCTX_TYPE_NONE

#define __VZCTX_TYPES(ret, ...)						\
	.params = __VZCTX_PAIRS(__VA_ARGS__),				\
	.type = {							\
		__VZCTX_TYPE(ret, ),					\
		__VZCTX_MAP(__VZCTX_PAIRS(__VA_ARGS__), __VZCTX_TYPE,	\
			    __VA_ARGS__)				\
	}

/*
 * The function is declared once more, so that where a header of the kernel declares
 * it the compiler compares too.
 */
#define __VZCTX_PROTO(proto, may, in, mask, of, head, ret, sym, ...)	\
	ret (sym)(__VZCTX_MAP(__VZCTX_PAIRS(__VA_ARGS__), __VZCTX_DECL,	\
			      __VA_ARGS__));				\
	MODULE_INFO(hook, head ":" __stringify(sym) ":" __stringify(ret) "(" \
		    __VZCTX_TEXT(__VZCTX_PAIRS(__VA_ARGS__), __VA_ARGS__) \
		    ")");						\
	static const struct vzctx_proto proto = {			\
		.symbol = __stringify(sym),				\
		.module = in,						\
		.optional = may,					\
		.res = mask,						\
		.view = of,						\
		__VZCTX_TYPES(ret, __VA_ARGS__),			\
	}

/**
 * VZCTX_PROTO() - states the prototype of a function, as vzctx_proto_##sym
 * @what: VZCTX_FOR(), VZCTX_IN() ...
 * @ret: what it returns
 * @sym: its name; compat.h may know another one for it
 * @...: type and name of each parameter, 8 at most; or void
 */
#define VZCTX_PROTO(what, ret, sym, ...)				\
	__VZCTX_PROTO_OF(vzctx_proto_##sym, what, ret, sym, __VA_ARGS__)
#define __VZCTX_PROTO_OF(...)	__VZCTX_PROTO(__VA_ARGS__)

/**
 * VZCTX_CALLBACK() - states the prototype of functions that the kernel is to call
 * @name: their type, declared by typedef; the prototype is vzctx_proto_##name
 * @ret: as for VZCTX_PROTO()
 * @...: likewise
 */
#define VZCTX_CALLBACK(name, ret, ...)					\
	static_assert(__builtin_types_compatible_p(name, ret		\
		(__VZCTX_MAP(__VZCTX_PAIRS(__VA_ARGS__), __VZCTX_DECL,	\
			     __VA_ARGS__))));				\
	static const struct vzctx_proto vzctx_proto_##name = {		\
		.symbol = __stringify(name),				\
		__VZCTX_TYPES(ret, __VA_ARGS__),			\
	}

bool vzctx_proto_fits(const struct vzctx_proto *proto,
		      const struct vzctx_btf *btf, u32 func);

#endif /* _VZCTX_PROTO_H */
