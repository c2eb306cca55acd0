/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the kernel's list of symbols
 */
#ifndef _VZCTX_SYMBOLS_H
#define _VZCTX_SYMBOLS_H

#include <linux/types.h>

#include "kern/known.h"

struct vzctx_btf_func;

/**
 * struct vzctx_seen - the functions of a name in the list of symbols
 * @addr: of the last one that has the name itself
 * @whole: how many have it
 * @variants: how many have the name and what the compiler appends
 */
struct vzctx_seen {
	unsigned long addr;
	u16 whole;
	u16 variants;
};

/** The functions that read the list; in known.c they are compared before any call. */
#define VZCTX_SYMBOL_CALLS	3
extern struct vzctx_call vzctx_symbol_calls[VZCTX_SYMBOL_CALLS];

bool vzctx_symbols_listed(const char *module);
unsigned long vzctx_symbols_find(const char *module, const char *symbol);
int vzctx_symbols_look(const char *module, struct vzctx_btf_func *funcs,
		       struct vzctx_seen *seen, unsigned int nr);

#endif /* _VZCTX_SYMBOLS_H */
