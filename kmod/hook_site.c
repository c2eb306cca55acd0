// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - where a kernel function is
 *
 * The kernel exports no symbol look-up. A kprobe that is never armed reports
 * the address it would take, which for a function with fentry is that site; it
 * may be called as well as hooked.
 */
#include <linux/kprobes.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hook.h"

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

static int look_up(struct kprobe *kp, const char *symbol)
{
	kp->symbol_name = symbol;
	kp->flags = KPROBE_FLAG_DISABLED;
	return register_kprobe(kp);
}

/**
 * vzctx_hook_address() - finds a kernel function
 * @symbol: its name
 *
 * Sleeps for a grace period.
 *
 * Return: the address, or 0.
 */
unsigned long vzctx_hook_address(const char *symbol)
{
	struct kprobe kp = {};
	unsigned long addr;

	if (look_up(&kp, symbol))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return addr;
}

/**
 * vzctx_hook_locate() - finds the function of one hook, whose @site it sets
 * @hook: row
 *
 * Sleeps for a grace period, unless the function is of the kernel itself and
 * was found before.
 *
 * Return: 0, -ENOENT or -ECANCELED if it is withheld.
 */
int vzctx_hook_locate(struct vzctx_hook *hook)
{
	if (hook->module || !hook->site)
		hook->site = vzctx_hook_address(hook->symbol);
	if (!hook->site)
		return -ENOENT;
	return withheld(hook->symbol) ? -ECANCELED : 0;
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

		if (hook->module || hook->site || look_up(kp, hook->symbol))
			continue;
		hook->site = (unsigned long)kp->addr;
		found[nr++] = kp;
	}
	unregister_kprobes(found, nr);
out:
	kfree(found);
	kfree(probes);
}
