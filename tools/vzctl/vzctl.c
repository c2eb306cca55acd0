// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - called vzctl: the table of OpenVZ's commands
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/vzctx.h>

#include "conf/names.h"
#include "inside/sealed_copy.h"
#include "lib/msg.h"
#include "lib/nearest.h"
#include "lib/parse.h"
#include "life/life.h"
#include "program/caller.h"
#include "verbs/cmd.h"
#include "vzctl/setopt.h"
#include "vzctl/vzctl.h"
#include "vzctl/vzlog.h"

#define RESERVED	100	/* CTIDs up to this are nobody's */

static int no_ploop(struct vzctl *v);
static int quota(struct vzctl *v);

static const struct command {
	const char *name;
	int (*fn)(struct vzctl *v);
	const char *words;	/* what follows the CTID, for --help */
	bool sealed;		/* programs inside may be run */
} commands[] = {
	{ "create", vzctl_create, "[OPTION...]", true },
	{ "destroy", vzctl_destroy, "", false },
	{ "delete", vzctl_destroy, "", false },
	{ "start", vzctl_start, "[--wait] [--force] [--skip-fsck] [--skip-remount]", true },
	{ "stop", vzctl_stop, "[--fast] [--skip-umount]", true },
	{ "restart", vzctl_restart, "[--wait] [--force] [--fast] [--skip-fsck]", true },
	{ "mount", vzctl_mount, "", false },
	{ "umount", vzctl_umount, "", false },
	{ "status", vzctl_status, "", false },
	{ "enter", vzctl_enter, "[--exec COMMAND [ARG...]]", true },
	{ "console", vzctl_console, "[TTY]", true },
	{ "exec", vzctl_exec, "COMMAND...|-", true },
	{ "exec2", vzctl_exec, "COMMAND...|-", true },
	{ "exec3", vzctl_exec, "PROGRAM [ARG...]", true },
	{ "runscript", vzctl_runscript, "FILE", true },
	{ "set", vzctl_set, "[--save] OPTION...", true },
	{ "quotaon", quota, "", false },
	{ "quotaoff", quota, "", false },
	{ "quotainit", quota, "", false },
	{ "suspend", vzctl_no_checkpoint, "", false },
	{ "chkpnt", vzctl_chkpnt, "--suspend|--resume", false },
	{ "resume", vzctl_no_checkpoint, "", false },
	{ "restore", vzctl_no_checkpoint, "", false },
	{ "snapshot", no_ploop, "", false },
	{ "snapshot-switch", no_ploop, "", false },
	{ "snapshot-delete", no_ploop, "", false },
	{ "snapshot-mount", no_ploop, "", false },
	{ "snapshot-umount", no_ploop, "", false },
	{ "snapshot-list", no_ploop, "", false },
	{ "convert", no_ploop, "", false },
	{ "compact", no_ploop, "", false },
};

#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

static int no_ploop(struct vzctl *v)
{
	msg_note("Unable to %s CT %u: ploop images are not supported, a container is a directory (simfs)",
		 v->command, v->ctid);
	return VZ_LAYOUT;
}

static int quota(struct vzctl *v)
{
	static const struct {
		const char *command, *done;
		enum life_quota what;
		int code;
	} all[] = {
		{ "quotainit", "set up", LIFE_QUOTA_INIT, VZ_QUOTA_INIT },
		{ "quotaon", "switched on", LIFE_QUOTA_ON, VZ_QUOTA_ON },
		{ "quotaoff", "switched off", LIFE_QUOTA_OFF, VZ_QUOTA_OFF },
	}, *q = all;
	int ret = vzctl_extra(v, -1);

	if (ret)
		return ret;
	while (strcmp(q->command, v->command))
		q++;
	ret = outcome_code(life_quota(v->ctid, q->what, &msg_report));
	if (!ret)
		msg_step("Disk quota of CT %u %s", v->ctid, q->done);
	return ret == VZ_QUOTA ? q->code : ret;
}

static void help(FILE *to)
{
	if (to == stdout)
		printf("vzctl version %s\n", VERSION);
	fprintf(to, "Usage: vzctl [--quiet] [--verbose] [--skiplock] COMMAND CTID [ARG...]\n"
		    "       vzctl --version | --help\n");
	if (to != stdout)
		return;
	printf("\nCommands:\n");
	for (size_t i = 0; i < NCOMMANDS; i++)
		printf("  %s CTID%s%s\n", commands[i].name,
		       *commands[i].words ? " " : "", commands[i].words);
	printf("\nOptions of create:\n");
	setopt_help(SETOPT_CREATE);
	printf("\nOptions of set:\n");
	setopt_help(SETOPT_SET);
	printf("\nCTID is a number from %d to %u, or a name. The exit status is OpenVZ's;\n"
	       "see vzctl(8). This is vzctx, see vzctx(8), in OpenVZ's words.\n",
	       RESERVED + 1, VZCTX_CTID_MAX);
}

/* 0 is the host; a command that makes a container may not take a low number. */
static int take_ctid(struct vzctl *v, const char *word)
{
	bool set = !strcmp(v->command, "set");

	if (!strcmp(word, "0")) {
		if (set)
			return 0;
		msg_note("Only set actions are allowed for CT0");
		return VZ_BAD_VALUE;
	}
	if (!names_ctid(word, &v->ctid)) {
		msg_note("Bad CT ID %s", word);
		return VZ_BAD_VALUE;
	}
	if (v->ctid <= RESERVED && !strcmp(v->command, "create")) {
		msg_note("Bad CT ID %s: CT IDs up to %d are reserved", word,
			 RESERVED);
		return VZ_BAD_VALUE;
	}
	return 0;
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < NCOMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

bool vzctl_lacks(const char *name)
{
	const struct command *c = find(name);

	return c && !c->fn;
}

static const char *command_name(size_t i, const void *arg)
{
	(void)arg;
	return i < NCOMMANDS ? commands[i].name : NULL;
}

static void command_help(const struct command *c)
{
	printf("Usage: vzctl %s CTID%s%s\n", c->name, *c->words ? " " : "", c->words);
	if (strcmp(c->name, "create") && c->fn != vzctl_set)
		return;
	printf("\nOptions:\n");
	setopt_help(c->fn == vzctl_set ? SETOPT_SET : SETOPT_CREATE);
}

/* `start destroy CTID`, unless a container is called destroy. */
static bool is_start_destroy(const struct command *c, char **argv)
{
	uint32_t ctid;

	return !strcmp(c->name, "start") && !strcmp(argv[0], "destroy") && argv[1] &&
	       !names_ctid("destroy", &ctid) && names_ctid(argv[1], &ctid);
}

/* Of set only these options run something inside: --userpasswd and --setmode. */
static bool needs_seal(const struct command *c, char **argv)
{
	if (c->fn != vzctl_set)
		return c->sealed;
	for (; *argv; argv++)
		if (!strncmp(*argv, "--u", 3) || !strncmp(*argv, "--se", 4))
			return true;
	return false;
}

/* Return: how many words were flags, or -1 if that was all there was to do. */
static int flags(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--quiet")) {
			msg_quiet = true;
		} else if (!strcmp(argv[i], "--version")) {
			printf("vzctl version %s\n", VERSION);
			return -1;
		} else if (!strcmp(argv[i], "--help")) {
			help(stdout);
			return -1;
		} else if (strcmp(argv[i], "--verbose") &&
			   strcmp(argv[i], "--skiplock")) {
			break;
		}
	}
	return i - 1;
}

int vzctl_main(int argc, char **argv)
{
	const struct command *c;
	struct vzctl v = { 0 };
	int n = flags(argc, argv), ret;

	if (n < 0)
		return 0;
	if (n + 1 >= argc) {
		help(stderr);
		return VZ_BAD_OPTION;
	}
	c = find(argv[n + 1]);
	if (!c) {
		const char *meant = nearest(argv[n + 1], command_name, NULL);

		msg_note("Bad command: %s%s%s%s", argv[n + 1],
			 meant ? ", perhaps " : "", meant ?: "", meant ? " is meant" : "");
		return VZ_BAD_OPTION;
	}
	if (n + 2 < argc && !strcmp(argv[n + 2], "--help")) {
		command_help(c);
		return 0;
	}
	if (n + 2 >= argc) {
		msg_note("CT ID missing");
		return VZ_MISSING;
	}
	if (geteuid()) {
		msg_note("Permission denied: run vzctl %s as root", c->name);
		return VZ_NO_ACCESS;
	}
	/* What libvirt calls for undefine. */
	if (is_start_destroy(c, argv + n + 2)) {
		c = find("destroy");
		n++;
	}
	v.command = c->name;
	ret = take_ctid(&v, argv[n + 2]);
	if (ret)
		return ret;
	if (needs_seal(c, argv)) {
		ret = seal_self(argv);
		if (ret) {
			msg_fail(-ret, seal_hint(-ret), "run from a sealed copy of itself");
			return VZ_SYSTEM;
		}
		caller_forget();
	}
	v.argc = argc - n - 2;
	v.argv = argv + n + 2;
	/* getopt_long() puts it in front of what it says. */
	v.argv[0] = argv[0];
	vzlog_open(v.ctid);
	return c->fn(&v);
}
