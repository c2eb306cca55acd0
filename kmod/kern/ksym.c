// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - where a function of the kernel is
 *
 * The kernel exports no symbol look-up. A kprobe that is never armed reports the
 * address it would take. A function found in this way may be called as well as
 * hooked.
 */
#include <linux/kprobes.h>

#include "kern/ksym.h"

/**
 * vzctx_ksym_probe() - begins to find a function
 * @kp: zeroed; unregistered by the caller after success, when its addr is read
 * @symbol: the name of the function
 *
 * For a caller that looks for many, and waits for one grace period for all of them.
 * Sleeps.
 *
 * Return: 0, or -errno if there is no such function or no memory.
 */
int vzctx_ksym_probe(struct kprobe *kp, const char *symbol)
{
	kp->symbol_name = symbol;
	kp->flags = KPROBE_FLAG_DISABLED;
	return register_kprobe(kp);
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
	struct kprobe kp = {};
	unsigned long addr;

	if (vzctx_ksym_probe(&kp, symbol))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return addr;
}
