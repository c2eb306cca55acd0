// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx selftests - the names of all resources, a line each, for shell tests
 */
#include <linux/beancounter.h>
#include <stdio.h>

int main(void)
{
#define NAME(id, name, unit) puts(#name);
	UB_RESOURCE_LIST(NAME)
	return 0;
}
