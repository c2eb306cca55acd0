// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - self test: somebody else holds a kernel function
 *
 * A kprobe that looks at a call's end too changes the instruction pointer, which
 * the kernel lets one owner of a function do. Built for the tests only.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static char *symbol;
module_param(symbol, charp, 0444);
MODULE_PARM_DESC(symbol, "the function to hold");

static void nothing(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe probe = { .post_handler = nothing };

static int __init holder_init(void)
{
	probe.symbol_name = symbol;
	return register_kprobe(&probe);
}

static void __exit holder_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(holder_init);
module_exit(holder_exit);
MODULE_DESCRIPTION("vzctx self test: holds a kernel function");
MODULE_LICENSE("GPL");
