// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - self test: a kernel module of the same name as one that is hooked
 *
 * With a function of the same name, and a part of it as the compiler makes one. Built
 * for the tests only, and loaded where the kernel's own is not.
 */
#include <linux/module.h>

int vsock_create_connected(int x);
int vsock_part(int x) asm("vsock_create_connected.part.0");

noinline int vsock_part(int x)
{
	return READ_ONCE(x);
}

noinline int vsock_create_connected(int x)
{
	return x ? vsock_part(x) : 0;
}

static int __init vsock_init(void)
{
	return vsock_create_connected(0);
}

static void __exit vsock_exit(void)
{
}

module_init(vsock_init);
module_exit(vsock_exit);
MODULE_DESCRIPTION("vzctx self test: a namesake of a kernel module");
MODULE_LICENSE("GPL");
