/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - called vzctl: OpenVZ's exit codes
 */
#ifndef _VZCTX_VZCTL_EXIT_CODE_H
#define _VZCTX_VZCTL_EXIT_CODE_H

#include "lib/msg.h"

/* What each means stands in vzctl(8) in the same words. */
enum {
	VZ_UBC = 1,		/* beancounters not set */
	VZ_CPU = 2,		/* processors not set */
	VZ_SYSTEM = 3,		/* system error */
	VZ_NO_KERNEL = 5,	/* the module is not loaded */
	VZ_ENV = 7,		/* namespaces not made, or beancounters not bound */
	VZ_EXEC_FAILED = 8,	/* a command of exec failed */
	VZ_LOCKED = 9,		/* another command is at work on the container */
	VZ_NO_ACCESS = 12,	/* only root may do that */
	VZ_NO_CONF = 14,	/* no configuration */
	VZ_NO_CHECKPOINT = 16,	/* not checkpointed */
	VZ_NO_RESTORE = 17,	/* not restored */
	VZ_BAD_OPTION = 20,	/* bad option */
	VZ_BAD_VALUE = 21,	/* bad value, bad directory */
	VZ_MISSING = 27,	/* something that the command needs is missing */
	VZ_UBC_MISSING = 28,	/* a limit of swap is missing */
	VZ_NO_OSTEMPLATE = 29,	/* no template given */
	VZ_NOT_RUNNING = 31,	/* not running */
	VZ_RUNNING = 32,	/* running already */
	VZ_NO_STOP = 33,	/* did not stop */
	VZ_ADDRESS = 34,	/* address not set */
	VZ_NOT_MOUNTED = 40,	/* not mounted */
	VZ_MOUNTED = 41,	/* mounted already */
	VZ_NO_PRIVATE = 43,	/* no private area */
	VZ_PRIVATE_THERE = 44,	/* a private area is there already */
	VZ_NO_INIT = 47,	/* no init in the private area */
	VZ_UNPACK = 48,		/* private area not filled */
	VZ_MOUNT = 50,		/* private area not mounted */
	VZ_UMOUNT = 51,		/* private area not unmounted */
	VZ_REMOVE = 52,		/* private area not removed */
	VZ_QUOTA_ON = 60,	/* disk quota not switched on */
	VZ_QUOTA_INIT = 61,	/* disk quota not set up */
	VZ_QUOTA = 62,		/* disk quota not set */
	VZ_QUOTA_OFF = 66,	/* disk quota not switched off */
	VZ_HOSTNAME = 70,	/* host name not set */
	VZ_DNS = 72,		/* name server or search domain not set */
	VZ_PASSWORD = 74,	/* password not set */
	VZ_ADDRESS_USED = 78,	/* address in use */
	VZ_SCRIPT = 79,		/* an action script failed */
	VZ_BAD_CONF = 85,	/* configuration cannot be read */
	VZ_DEVICES = 86,	/* devices not given */
	VZ_NO_TEMPLATE = 91,	/* no such template */
	VZ_LAYOUT = 99,		/* ploop is not supported */
	VZ_DISABLED = 105,	/* the container is disabled */
	VZ_APPLYCONFIG = 109,	/* no such sample for --applyconfig */
	VZ_VETH = 130,		/* interface of NETIF not set */
	VZ_NAME = 131,		/* name not set */
	VZ_WAIT = 133,		/* did not come up in time */
	VZ_SAVE = 139,		/* configuration not saved */
	VZ_IO = 148,		/* share of the disk not set */
};

/** For msg_as_openvz(): the code of @ret, and the words scripts look for. */
const struct ending *exit_code_of(int ret);

#endif /* _VZCTX_VZCTL_EXIT_CODE_H */
