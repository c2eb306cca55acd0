// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - called vzctl: OpenVZ's exit code for each outcome
 */
#include <stddef.h>

#include "vzctl/exit_code.h"

static const struct ending endings[] = {
	[EXIT_OK] = { 0, NULL, NULL },
	[EXIT_FAILED] = { VZ_SYSTEM, NULL, NULL },
	[EXIT_USAGE] = { VZ_BAD_OPTION, NULL, NULL },
	[EXIT_NOMODULE] = { VZ_NO_KERNEL, NULL, NULL },
#define FOR(outcome) [4 + (outcome) - OUT_LIMITS]
#define ROW(outcome, code, text) FOR(outcome) = { code, text, NULL }
	ROW(OUT_LIMITS, VZ_UBC, NULL),
	ROW(OUT_LOCKED, VZ_LOCKED, "Container already locked"),
	ROW(OUT_NO_CONF, VZ_NO_CONF, "Container config file does not exist"),
	ROW(OUT_BAD_CONF, VZ_BAD_CONF, NULL),
	ROW(OUT_UNFINISHED, VZ_SYSTEM, NULL),
	ROW(OUT_NOT_RUNNING, VZ_NOT_RUNNING, "Container is not running"),
	ROW(OUT_RUNNING, VZ_RUNNING, "Container is already running"),
	ROW(OUT_NO_STOP, VZ_NO_STOP, "Unable to stop container: operation timed out"),
	ROW(OUT_DISABLED, VZ_DISABLED, "Container start disabled"),
	ROW(OUT_ENV, VZ_ENV, NULL),
	ROW(OUT_NO_INIT, VZ_NO_INIT, NULL),
	FOR(OUT_NO_PRIVATE) = { VZ_NO_PRIVATE, "Container private area ",
				" does not exist" },
	ROW(OUT_PRIVATE_THERE, VZ_PRIVATE_THERE, NULL),
	FOR(OUT_NO_TEMPLATE) = { VZ_NO_TEMPLATE, "Cached OS template ",
				 " not found" },
	ROW(OUT_NO_SAMPLE, VZ_NO_CONF, NULL),
	ROW(OUT_UNPACK, VZ_UNPACK, NULL),
	ROW(OUT_REMOVE, VZ_REMOVE, NULL),
	ROW(OUT_NOT_MOUNTED, VZ_NOT_MOUNTED, "CT is not mounted"),
	ROW(OUT_MOUNTED, VZ_MOUNTED, "Container is already mounted"),
	ROW(OUT_MOUNT, VZ_MOUNT, NULL),
	ROW(OUT_UMOUNT, VZ_UMOUNT, NULL),
	ROW(OUT_SCRIPT, VZ_SCRIPT, NULL),
	ROW(OUT_SAVE, VZ_SAVE, NULL),
	ROW(OUT_WAIT, VZ_WAIT, NULL),
	ROW(OUT_PASSWORD, VZ_PASSWORD, NULL),
	ROW(OUT_PLACE, VZ_BAD_VALUE, NULL),
	ROW(OUT_QUOTA, VZ_QUOTA, NULL),
	ROW(OUT_ADDRESS, VZ_ADDRESS, NULL),
	ROW(OUT_ADDRESS_USED, VZ_ADDRESS_USED, NULL),
	ROW(OUT_VETH, VZ_VETH, NULL),
	ROW(OUT_NAT, VZ_ADDRESS, NULL),
#undef ROW
#undef FOR
};

const struct ending *exit_code_of(int ret)
{
	if (ret >= OUT_LIMITS && ret < OUT_END)
		return &endings[4 + ret - OUT_LIMITS];
	return &endings[ret >= 0 && ret < 4 ? ret : EXIT_FAILED];
}
