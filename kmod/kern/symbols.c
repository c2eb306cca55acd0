// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the kernel's list of symbols
 */
#include <linux/kallsyms.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "base/tunables.h"
#include "kern/btf.h"
#include "kern/symbols.h"

typedef int vzctx_symbol_fn(void *data, const char *name,
			    VZCTX_SYMBOL_DECL unsigned long addr);
VZCTX_CALLBACK(vzctx_symbol_fn, int, void *, data, const char *, name,
	       VZCTX_SYMBOL_PARAM unsigned long, addr);

VZCTX_CALL(VZCTX_FOR_ALL, unsigned long, kallsyms_lookup_name,
	   const char *, name);
VZCTX_CALL(VZCTX_FOR_ALL, int, kallsyms_on_each_symbol,
	   vzctx_symbol_fn *, fn, void *, data);
VZCTX_CALL(VZCTX_FOR_NONE, int, module_kallsyms_on_each_symbol,
	   VZCTX_SYMBOLS_PARAM vzctx_symbol_fn *, fn, void *, data);

struct vzctx_call vzctx_symbol_calls[VZCTX_SYMBOL_CALLS] = {
	VZCTX_CALL_ROW(kallsyms_lookup_name),
	VZCTX_CALL_ROW_BACK(kallsyms_on_each_symbol, vzctx_symbol_fn),
	VZCTX_CALL_ROW_BACK(module_kallsyms_on_each_symbol, vzctx_symbol_fn),
};

/**
 * struct look - one look through the list
 * @names: what is looked for
 * @seen: by function of @names
 * @module: whose symbols are meant
 */
struct look {
	struct vzctx_btf_names names;
	struct vzctx_seen *seen;
	const char *module;
};

static bool is_variant(const char *suffix)
{
	return strstr(suffix, ".isra") || strstr(suffix, ".constprop") ||
	       strstr(suffix, ".part");
}

static int look_at(void *data, const char *name, VZCTX_SYMBOL_DECL
		   unsigned long addr)
{
	const char *of = VZCTX_SYMBOL_MODULE;
	size_t len = strcspn(name, ".");
	struct vzctx_btf_func *func;
	struct look *look = data;
	struct vzctx_seen *seen;

	/* Older kernels go through all modules, and say which. */
	if (look->module && of && strcmp(of, look->module))
		return 0;
	func = vzctx_btf_named(&look->names, name, len);
	if (!func)
		return 0;
	seen = &look->seen[func - look->names.funcs];
	if (!name[len]) {
		seen->whole++;
		seen->addr = addr;
	} else if (is_variant(name + len)) {
		seen->variants++;
	}
	return 0;
}

/**
 * vzctx_symbols_listed() - tells whether the list can be read
 * @module: any name; NULL: for the kernel itself, which everything else needs
 *
 * Return: false if a function that reads it is not there, or does not fit.
 */
bool vzctx_symbols_listed(const char *module)
{
	return vzctx_symbol_calls[0].found && vzctx_symbol_calls[1].found &&
	       (!module || vzctx_symbol_calls[2].found);
}

/**
 * vzctx_symbols_find() - finds a symbol
 * @module: the module it is in; NULL: the kernel itself, or else any module
 * @symbol: its name
 *
 * Return: its address, or 0.
 */
unsigned long vzctx_symbols_find(const char *module, const char *symbol)
{
	char name[VZCTX_KSYM_NAME];

	if (!module)
		return vzctx_call(kallsyms_lookup_name)(symbol);
	snprintf(name, sizeof(name), "%s:%s", module, symbol);
	return vzctx_call(kallsyms_lookup_name)(name);
}

/**
 * vzctx_symbols_look() - looks for functions, all in one pass
 * @module: whose symbols are looked at; NULL: those of the kernel itself
 * @funcs: what is looked for
 * @seen: zeroed; filled in, by function
 * @nr: how many
 *
 * Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_symbols_look(const char *module, struct vzctx_btf_func *funcs,
		       struct vzctx_seen *seen, unsigned int nr)
{
	struct look *look = kzalloc(sizeof(*look), GFP_KERNEL);

	if (!look)
		return -ENOMEM;
	look->seen = seen;
	look->module = module;
	vzctx_btf_names(&look->names, funcs, nr);
	if (module)
		vzctx_call(module_kallsyms_on_each_symbol)
			(VZCTX_SYMBOLS_ARGS(module, look_at, look));
	else
		vzctx_call(kallsyms_on_each_symbol)(look_at, look);
	kfree(look);
	return 0;
}
