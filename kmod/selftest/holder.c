// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - self test: somebody else holds a kernel function, or a device's number, or
 * a function takes long
 *
 * A kprobe that looks at a call's end too changes the instruction pointer, which
 * the kernel lets one owner of a function do. Built for the tests only.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/string.h>

static char *symbol;
module_param(symbol, charp, 0444);
MODULE_PARM_DESC(symbol, "the function to hold");

static char *device;
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "the device that asks for a number in vain, and waits for the answer");

static bool met;
module_param(met, bool, 0644);
MODULE_PARM_DESC(met, "somebody has seen it wait: the answer comes 3 s later, without this after 15 s");

static char *slow;
module_param(slow, charp, 0444);
MODULE_PARM_DESC(slow, "the function whose next call takes 3 s");

static bool waits;
module_param(waits, bool, 0444);
MODULE_PARM_DESC(waits, "that call has come");

/* A namesake of what is in the kernel's module vsock. */
static noinline __used int vsock_create_connected(int x)
{
	return READ_ONCE(x);
}

static void nothing(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe probe = { .post_handler = nothing };

static const struct file_operations fops = { .owner = THIS_MODULE };

/* A number that the kernel gives to nobody. */
#define NUMBER 252

static struct miscdevice mine = {
	.minor = NUMBER,
	.name = "holder",
	.fops = &fops,
};

/* Whoever else has something to do meanwhile needs a processor of its own. */
static int no_number(struct kprobe *p, struct pt_regs *regs)
{
	struct miscdevice *misc = (void *)regs_get_kernel_argument(regs, 0);

	if (!strcmp(misc->name, device)) {
		unsigned int looks = 1200;

		while (looks-- && !READ_ONCE(met))
			mdelay(10);
		mdelay(3000);
		misc->minor = NUMBER;
	}
	return 0;
}

static int take_long(struct kprobe *p, struct pt_regs *regs)
{
	if (!waits) {
		WRITE_ONCE(waits, true);
		mdelay(3000);
	}
	return 0;
}

static int __init holder_init(void)
{
	int err;

	if (slow) {
		probe.pre_handler = take_long;
		probe.post_handler = NULL;
	}
	if (!device) {
		probe.symbol_name = slow ?: symbol;
		return register_kprobe(&probe);
	}
	err = misc_register(&mine);
	if (err)
		return err;
	probe.symbol_name = "misc_register";
	probe.pre_handler = no_number;
	err = register_kprobe(&probe);
	if (err)
		misc_deregister(&mine);
	return err;
}

static void __exit holder_exit(void)
{
	unregister_kprobe(&probe);
	if (device)
		misc_deregister(&mine);
}

module_init(holder_init);
module_exit(holder_exit);
MODULE_DESCRIPTION("vzctx self test: holds a kernel function");
MODULE_LICENSE("GPL");
