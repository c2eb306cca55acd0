/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - called vzctl: OpenVZ's exit codes
 */
#ifndef _VZCTX_VZCTL_EXIT_CODE_H
#define _VZCTX_VZCTL_EXIT_CODE_H

#include "lib/msg.h"

enum {
	VZ_UBC = 1,
	VZ_CPU = 2,
	VZ_SYSTEM = 3,
	VZ_NO_KERNEL = 5,
	VZ_ENV = 7,
	VZ_EXEC_FAILED = 8,
	VZ_LOCKED = 9,
	VZ_NO_ACCESS = 12,
	VZ_NO_CONF = 14,
	VZ_NO_CHECKPOINT = 16,
	VZ_NO_RESTORE = 17,
	VZ_BAD_OPTION = 20,
	VZ_BAD_VALUE = 21,
	VZ_MISSING = 27,
	VZ_UBC_MISSING = 28,
	VZ_NO_OSTEMPLATE = 29,
	VZ_NOT_RUNNING = 31,
	VZ_RUNNING = 32,
	VZ_NO_STOP = 33,
	VZ_NOT_MOUNTED = 40,
	VZ_MOUNTED = 41,
	VZ_NO_PRIVATE = 43,
	VZ_PRIVATE_THERE = 44,
	VZ_NO_INIT = 47,
	VZ_UNPACK = 48,
	VZ_MOUNT = 50,
	VZ_UMOUNT = 51,
	VZ_REMOVE = 52,
	VZ_QUOTA_ON = 60,
	VZ_QUOTA_INIT = 61,
	VZ_QUOTA_OFF = 66,
	VZ_HOSTNAME = 70,
	VZ_DNS = 72,
	VZ_PASSWORD = 74,
	VZ_SCRIPT = 79,
	VZ_BAD_CONF = 85,
	VZ_NO_TEMPLATE = 91,
	VZ_LAYOUT = 99,
	VZ_DISABLED = 105,
	VZ_APPLYCONFIG = 109,
	VZ_VETH = 130,
	VZ_NAME = 131,
	VZ_WAIT = 133,
	VZ_SAVE = 139,
};

/** For msg_as_openvz(): the code of @ret, and the words scripts look for. */
const struct ending *exit_code_of(int ret);

#endif /* _VZCTX_VZCTL_EXIT_CODE_H */
