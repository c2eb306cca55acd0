// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - where a function of the kernel is
 *
 * The kernel exports no symbol look-up. A kprobe that is never armed reports the
 * address it would take. A function found in this way may be called as well as
 * hooked.
 */
#include <linux/kprobes.h>
#include <linux/pgtable.h>

#include "base/tunables.h"
#include "kern/ksym.h"

/**
 * vzctx_ksym_probe() - begins to find a function
 * @kp: zeroed; unregistered by the caller after success, when its addr is read
 * @symbol: the name of the function
 * @addr: where it begins if that is known, so that it need not be looked for; or 0
 *
 * For a caller that looks for many, and waits for one grace period for all of them.
 * Sleeps.
 *
 * Return: 0, or -errno if there is no such function or no memory.
 */
int vzctx_ksym_probe(struct kprobe *kp, const char *symbol, unsigned long addr)
{
	if (addr)
		kp->addr = (kprobe_opcode_t *)addr;
	else
		kp->symbol_name = symbol;
	kp->flags = KPROBE_FLAG_DISABLED;
	return register_kprobe(kp);
}

static unsigned long probe(const char *symbol, unsigned long addr)
{
	struct kprobe kp = {};

	if (vzctx_ksym_probe(&kp, symbol, addr))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return addr;
}

/**
 * vzctx_ksym() - finds a function
 * @symbol: its name
 *
 * Sleeps for a grace period.
 *
 * Return: the address, or 0.
 */
unsigned long vzctx_ksym(const char *symbol)
{
	return probe(symbol, 0);
}

/**
 * vzctx_ksym_at() - finds the place in a function that vzctx_ksym() gives
 * @addr: where it begins
 *
 * Sleeps for a grace period.
 *
 * Return: the address, or 0.
 */
unsigned long vzctx_ksym_at(unsigned long addr)
{
	return probe(NULL, addr);
}

/**
 * vzctx_ksym_in() - finds a function of a module, or of the kernel itself
 * @module: its name; NULL: the kernel itself
 * @symbol: the name of the function
 *
 * A function elsewhere that has the name is not meant. Sleeps for a grace period.
 *
 * Return: the address, or 0.
 */
unsigned long vzctx_ksym_in(const char *module, const char *symbol)
{
	char name[VZCTX_KSYM_NAME];
	unsigned long addr;

	if (module) {
		snprintf(name, sizeof(name), "%s:%s", module, symbol);
		return vzctx_ksym(name);
	}
	addr = vzctx_ksym(symbol);
	return addr >= MODULES_VADDR && addr < MODULES_END ? 0 : addr;
}
