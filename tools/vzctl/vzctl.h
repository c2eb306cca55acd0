/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - called vzctl: OpenVZ's commands
 */
#ifndef _VZCTX_VZCTL_H
#define _VZCTX_VZCTL_H

#include <stdint.h>

/** OpenVZ's exit codes, where no enum outcome stands for one. */
enum {
	VZ_UBC = 1,
	VZ_CPU = 2,
	VZ_SYSTEM = 3,
	VZ_NO_KERNEL = 5,
	VZ_EXEC_FAILED = 8,
	VZ_NO_ACCESS = 12,
	VZ_NO_CHECKPOINT = 16,
	VZ_NO_RESTORE = 17,
	VZ_BAD_OPTION = 20,
	VZ_BAD_VALUE = 21,
	VZ_MISSING = 27,
	VZ_UBC_MISSING = 28,
	VZ_NO_OSTEMPLATE = 29,
	VZ_NOT_RUNNING = 31,
	VZ_RUNNING = 32,
	VZ_HOSTNAME = 70,
	VZ_DNS = 72,
	VZ_QUOTA_ON = 60,
	VZ_QUOTA_INIT = 61,
	VZ_QUOTA_OFF = 66,
	VZ_LAYOUT = 99,
	VZ_APPLYCONFIG = 109,
	VZ_VETH = 130,
	VZ_NAME = 131,
	VZ_SAVE = 139,
};

/** struct vzctl - one command line */
struct vzctl {
	const char *command;
	uint32_t ctid;
	int argc;		/* words behind the CTID */
	char **argv;		/* argv[0] stands for the program, for getopt */
};

/* Each returns OpenVZ's exit code. */
int vzctl_create(struct vzctl *v);
int vzctl_destroy(struct vzctl *v);
int vzctl_start(struct vzctl *v);
int vzctl_stop(struct vzctl *v);
int vzctl_restart(struct vzctl *v);
int vzctl_mount(struct vzctl *v);
int vzctl_umount(struct vzctl *v);
int vzctl_status(struct vzctl *v);
int vzctl_enter(struct vzctl *v);
int vzctl_console(struct vzctl *v);
int vzctl_exec(struct vzctl *v);
int vzctl_runscript(struct vzctl *v);
int vzctl_set(struct vzctl *v);

/** "Invalid extra arguments" from argv[@from] on. Return: 0 or VZ_BAD_OPTION. */
int vzctl_extra(const struct vzctl *v, int from);

/** main() of the name vzctl. */
int vzctl_main(int argc, char **argv);

#endif /* _VZCTX_VZCTL_H */
