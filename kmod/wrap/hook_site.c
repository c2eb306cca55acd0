// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - where a kernel function is
 *
 * As ksym.c finds it: for a function with fentry the address is that site.
 */
#include <linux/kprobes.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kern/known.h"
#include "kern/ksym.h"
#include "wrap/hook.h"
#include "wrap/hook_site.h"

/**
 * vzctx_hook_next() - walks the rows of all tables
 * @tables: NULL-terminated
 * @row: where the walk is; NULL to begin
 *
 * Return: the row behind @row, or NULL after the last.
 */
struct vzctx_hook *vzctx_hook_next(const struct vzctx_hook_table *const *tables,
				   const struct vzctx_hook *row)
{
	for (; *tables; tables++) {
		struct vzctx_hook *first = (*tables)->hook;
		struct vzctx_hook *end = first + (*tables)->nr;

		if (!row && first != end)
			return first;
		if (row < first || row >= end)
			continue;
		if (++row < end)
			return first + (row - first);
		row = NULL;
	}
	return NULL;
}

static char *withhold;
module_param(withhold, charp, 0444);
MODULE_PARM_DESC(withhold, "functions not to hook, separated by commas (for tests)");

static bool withheld(const char *symbol)
{
	size_t len = strlen(symbol);
	const char *at = withhold;

	while (at && (at = strstr(at, symbol))) {
		if ((at == withhold || at[-1] == ',') &&
		    (!at[len] || at[len] == ','))
			return true;
		at += len;
	}
	return false;
}

/*
 * Where it was compared. Where nothing was, what may be in a module may be a part of
 * the kernel instead.
 */
static unsigned long find(const struct vzctx_hook *hook)
{
	const struct vzctx_proto *proto = hook->proto;
	const char *module = hook->builtin ? NULL : proto->module;
	unsigned long addr;

	if (!module && hook->addr)
		return vzctx_ksym_at(hook->addr);
	addr = vzctx_ksym_in(module, proto->symbol);
	if (!addr && module && !vzctx_known_tells())
		addr = vzctx_ksym_in(NULL, proto->symbol);
	return addr;
}

/**
 * vzctx_hook_locate() - finds the function of one hook, whose @site it sets
 * @hook: row
 *
 * Sleeps for grace periods, unless the function is of the kernel itself and
 * was found before.
 *
 * Return: 0, -ENOENT or -ECANCELED if it is withheld.
 */
int vzctx_hook_locate(struct vzctx_hook *hook)
{
	const struct vzctx_proto *proto = hook->proto;

	if (proto->module || !hook->site)
		hook->site = find(hook);
	if (!hook->site)
		return -ENOENT;
	return withheld(proto->symbol) ? -ECANCELED : 0;
}

/**
 * vzctx_hook_locate_all() - finds the functions of the kernel itself
 * @tables: NULL-terminated
 *
 * One grace period for all of them. What is not found, memory having run out
 * perhaps, is left to vzctx_hook_locate(). Sleeps.
 */
void vzctx_hook_locate_all(const struct vzctx_hook_table *const *tables)
{
	const struct vzctx_hook_table *const *table;
	struct kprobe *probes, **found;
	unsigned int rows = 0, nr = 0;
	struct vzctx_hook *hook = NULL;

	for (table = tables; *table; table++)
		rows += (*table)->nr;
	probes = kcalloc(rows, sizeof(*probes), GFP_KERNEL);
	found = kcalloc(rows, sizeof(*found), GFP_KERNEL);
	if (!probes || !found)
		goto out;
	while ((hook = vzctx_hook_next(tables, hook))) {
		struct kprobe *kp = &probes[nr];

		if (hook->proto->module || hook->site || hook->why ||
		    vzctx_ksym_probe(kp, hook->proto->symbol, hook->addr))
			continue;
		hook->site = (unsigned long)kp->addr;
		found[nr++] = kp;
	}
	unregister_kprobes(found, nr);
out:
	kfree(found);
	kfree(probes);
}
