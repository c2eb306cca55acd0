// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - containers with beancounters: the table of verbs
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/vzctx.h>

#include "conf/globalconf.h"
#include "inside/sealed_copy.h"
#include "lib/msg.h"
#include "lib/nearest.h"
#include "module/insert.h"
#include "program/caller.h"
#include "program/whole.h"
#include "verbs/cmd.h"
#include "vzctl/exit_code.h"
#include "vzctl/vzctl.h"
#include "vzlist/vzlist.h"

static int cmd_help(const struct verb *verb, int argc, char **argv);
static int cmd_version(const struct verb *verb, int argc, char **argv);

static const struct verb verbs[] = {
	{ "list", cmd_list, "[--all] [-o COL,COL] [--json|--parsable]",
	  "list the containers", false },
	{ "show", cmd_show, "CTID [--all] [-o COL,COL] [--json|--parsable]",
	  "show one container and its beancounters", false },
	{ "create", cmd_create, "CTID [--ostemplate NAME] [--config SAMPLE] [--private DIR] [--hostname NAME] [--limits WORD]",
	  "make a new container, from a template or a directory", false },
	{ "start", cmd_start, "CTID [-F] [-q] [-v] [--wait] [--force] [-- COMMAND [ARGS...]]",
	  "run a container's init, or one command", true },
	{ "exec", cmd_exec, "CTID [-t] [--] COMMAND [ARGS...]",
	  "run a command inside", true },
	{ "enter", cmd_enter, "CTID", "run a login shell inside", true },
	{ "console", cmd_console, "CTID [--force] [--no-wait]",
	  "use a container's console", false },
	{ "set", cmd_set, "CTID OPTION...",
	  "change a container's name, boot, DNS and other settings", true },
	{ "limit", cmd_limit,
	  "CTID [RES=BAR[:LIM]...] [--ram SIZE] [--swap SIZE] [--vm_overcommit F] [--profile NAME] [--on-limit WORD] [--save] [--dry-run|--validate] | --overcommit [CTID] [-o COL,COL] [--json|--parsable]",
	  "set beancounters of a container, judge them, sum them up", false },
	{ "ubc", cmd_ubc, "[CTID] [-aqrw] [--last] [-f FILE] [-o COL,COL] [--json|--parsable]",
	  "show beancounters in human units", false },
	{ "top", cmd_top, "[--sort WORD] [--interval S] [--count N] [-o COL,COL] [--json|--parsable]",
	  "all containers, live", false },
	{ "netstat", cmd_netstat, "[-o COL,COL] [--json|--parsable]",
	  "what containers have received and sent", false },
	{ "why", cmd_why, "CTID [--json]",
	  "the last limits hit, and what would lift them", false },
	{ "pid", cmd_pid, "PID...", "which container processes of the host are in, and their pids there", false },
	{ "dmesg", cmd_dmesg, "CTID", "what the kernel's log says of a container", false },
	{ "freeze", cmd_freeze, "CTID", "hold all tasks of a container where they are", false },
	{ "thaw", cmd_thaw, "CTID", "let a frozen container go on", false },
	{ "stop", cmd_stop, "CTID [--fast] [--timeout S] [-q]",
	  "end a container and wait until it is gone", true },
	{ "restart", cmd_restart, "CTID [--fast] [--wait] [-q]",
	  "stop it, if it runs, and start it", true },
	{ "status", cmd_status, "CTID",
	  "what there is of a container, in one line", false },
	{ "mount", cmd_mount, "CTID",
	  "mount the private area of a stopped container", false },
	{ "umount", cmd_umount, "CTID", "undo mount", false },
	{ "boot", cmd_boot, "[--jobs N]",
	  "start all containers with ONBOOT, side by side", true },
	{ "shutdown", cmd_shutdown, "[--jobs N]",
	  "stop all that run, side by side", true },
	{ "destroy", cmd_destroy, "CTID [--purge]",
	  "forget a stopped container", false },
	{ "events", cmd_events,
	  "[--count N] [--timeout S] [--follow] [--json|--journal] [--ready-fd N]",
	  "follow starts, stops and refused requests", false },
	{ "template", cmd_template,
	  "[list] [-o COL,COL] [--json|--parsable] | build RELEASE | import IMAGE NAME | unpack SOURCE DIRECTORY | remove NAME",
	  "list, build, import, unpack and remove OS templates", false },
	{ "doctor", cmd_doctor, "[--module FILE] [-q] [--json]",
	  "what this host can do, and what to do about what it cannot", false },
	{ "help", cmd_help, "[VERB]", "what a verb does, or all verbs", false },
	{ "version", cmd_version, "", "the version", false },
};

#define NVERBS (sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *find(const char *name)
{
	if (!strcmp(name, "ls"))
		name = "list";
	for (size_t i = 0; i < NVERBS; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static const char *verb_name(size_t i, const void *arg)
{
	(void)arg;
	return i < NVERBS ? verbs[i].name : NULL;
}

static int no_verb(const char *word)
{
	const char *meant = nearest(word, verb_name, NULL);

	return meant ? msg_usage("", "no verb \"%s\", perhaps %s is meant", word, meant) :
		       msg_usage("", "no verb \"%s\"", word);
}

static int help(void)
{
	printf("Usage: %s [VERB [OPTIONS]]\n\nVerbs (default: list):\n",
	       prog_name);
	for (size_t i = 0; i < NVERBS; i++) {
		verb_wrap(verbs[i].synopsis, printf("  %-8s", verbs[i].name), 11);
		printf("           %s\n", verbs[i].summary);
	}
	printf("\nCTID is a container's number, 1 to %u, or its name; `ls` is `list`.\n\n"
	       "  --help     this text; %s VERB --help says more\n"
	       "  --version  the version\n"
	       "\nExit status: 0 done, 1 failed, 2 usage, 3 module not loaded.\n",
	       VZCTX_CTID_MAX, prog_name);
	return EXIT_OK;
}

static int cmd_help(const struct verb *verb, int argc, char **argv)
{
	const struct verb *v;
	char *ask[] = { NULL, "--help", NULL };

	if (argc < 2)
		return help();
	if (!strcmp(argv[1], "--help")) {
		verb_help(verb);
		return EXIT_OK;
	}
	if (argc > 2)
		return msg_usage(argv[0], "unexpected word \"%s\"", argv[2]);
	v = find(argv[1]);
	if (!v)
		return no_verb(argv[1]);
	ask[0] = (char *)v->name;
	return v->fn(v, 2, ask);
}

static int cmd_version(const struct verb *verb, int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--help")) {
		verb_help(verb);
		return EXIT_OK;
	}
	if (argc > 1)
		return msg_usage(argv[0], "unexpected word \"%s\"", argv[1]);
	printf("vzctx %s (ABI %d)\n", VERSION, VZCTX_ABI);
	return EXIT_OK;
}

static void unread(int err)
{
	msg_note("warning: cannot read " GLOBAL_CONF ": %s", strerror(err));
}

/* A command may go through the files more than once. */
static void conf_not_read(const char *path, int err)
{
	static char told[128];

	if (strstr(told, path))
		return;
	if (strlen(told) + strlen(path) < sizeof(told))
		strcat(told, path);
	msg_note("warning: cannot read %s: %s; it is left out", path,
		 strerror(err));
}

/* What nobody could be told is a failure, whatever was done. */
static int told(int ret)
{
	bool full = fflush(stdout);

	if (!full && !ferror(stdout))
		return ret;
	msg_fail(full ? errno : 0, full ? NULL : "an earlier part of it is lost",
		 "write the output");
	if (ret)
		return ret;
	return !strcmp(prog_name, "vzlist") ? EXIT_FAILED : outcome_code(OUT_ENV);
}

/*
 * Whether only the whole program can do it. Options before the verb take no value;
 * a verb is also asked about.
 */
static bool lacks(char **argv)
{
	const char *name = strrchr(argv[0], '/');
	const struct verb *v;

	name = name ? name + 1 : argv[0];
	do
		argv++;
	while (*argv && (**argv == '-' || !strcmp(*argv, "help")));
	if (!*argv)
		return false;
	if (!strcmp(name, "vzctl"))
		return vzctl_lacks(*argv);
	v = find(*argv);
	return strcmp(name, "vzlist") && v && !v->fn;
}

static int run(int argc, char **argv)
{
	static char *list_argv[] = { "list", NULL };
	const struct verb *v;
	const char *name;
	int ret;

	if (insert_module && argc == 2 && !strcmp(argv[1], INSERT_WORD))
		return -insert_module();
	if (lacks(argv)) {
		ret = whole_run(argv);
		return msg_fail(-ret, NULL, "run vzctx-whole, which \"make install\" puts into libexec/vzctx");
	}
	ret = caller_begin();
	if (ret)
		return msg_fail(-ret, NULL, "open /dev/null");
	globalconf_unread = unread;
	conf_unread = conf_not_read;
	name = strrchr(argv[0], '/');
	name = name ? name + 1 : argv[0];
	if (!strcmp(name, "vzctl") || !strcmp(name, "vzlist")) {
		prog_name = name;
		msg_as_openvz(exit_code_of);
		return !strcmp(name, "vzctl") ? vzctl_main(argc, argv) :
						vzlist_main(argc, argv);
	}
	if (argc < 2)
		return outcome_code(cmd_list(find("list"), 1, list_argv));
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help();
	if (!strcmp(argv[1], "--version"))
		return cmd_version(find("version"), 1, argv);
	v = find(argv[1]);
	if (!v)
		return no_verb(argv[1]);
	/* Anybody else is told that it takes root, and of nothing before that. */
	if (v->sealed && !geteuid()) {
		ret = seal_self(argv);
		if (ret)
			return msg_fail(-ret, seal_hint(-ret),
					"run from a sealed copy of itself");
		caller_forget();
	}
	msg_verb = v->name;
	return outcome_code(v->fn(v, argc - 1, argv + 1));
}

int main(int argc, char **argv)
{
	return told(run(argc, argv));
}
