// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctl enter, console, exec, exec2, exec3, runscript - programs inside
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "console/console.h"
#include "lib/msg.h"
#include "life/life.h"
#include "vzctl/vzctl.h"

#define SCRIPT_MAX	(96 << 10)	/* one argument of exec is 128 K at most */

/* bash where there is one: OpenVZ's users write for it. */
#define BASH_IF_THERE(args)						\
	"[ -x /bin/bash ] && exec /bin/bash " args "; exec /bin/sh " args

static int run(uint32_t ctid, char **argv, enum tty_mode mode, int *status)
{
	return outcome_code(life_run(ctid, argv, mode, status, &msg_report));
}

static int need_running(uint32_t ctid, const char *command)
{
	struct life_state st = { 0 };

	life_state(ctid, &st);
	if (!st.exists && !st.running)
		return outcome_code(msg_end(OUT_NO_CONF, 0, NULL, "%s CT %u",
					    command, ctid));
	if (!st.running)
		return outcome_code(msg_end(OUT_NOT_RUNNING, 0, NULL,
					    "%s CT %u", command, ctid));
	return 0;
}

/* The words with blanks between, as a shell is to read them. */
static char *join_words(char **words, int n)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	for (int i = 0; i < n; i++)
		fprintf(f, "%s%s", i ? " " : "", *words[i] ? words[i] : "''");
	return fclose(f) ? NULL : text;
}

int vzctl_exec(struct vzctl *v)
{
	static char script[] = BASH_IF_THERE("-c \"$1\"");
	static char stdin_script[] = BASH_IF_THERE("-s");
	char *argv[] = { "/bin/sh", "-c", script, "sh", NULL, NULL };
	char **words = v->argv + 1, *text = NULL;
	int ret, status = 0;

	if (v->argc < 2) {
		msg_note("No command line given for exec");
		return VZ_MISSING;
	}
	ret = need_running(v->ctid, v->command);
	if (ret)
		return ret;
	if (!strcmp(v->command, "exec3")) {
		ret = run(v->ctid, words, TTY_PASS, &status);
	} else if (!strcmp(words[0], "-")) {
		argv[2] = stdin_script;
		ret = run(v->ctid, argv, TTY_PASS, &status);
	} else {
		text = argv[4] = join_words(words, v->argc - 1);
		ret = text ? run(v->ctid, argv, TTY_PASS, &status) : VZ_SYSTEM;
		free(text);
	}
	if (ret)
		return ret;
	return status && !strcmp(v->command, "exec") ? VZ_EXEC_FAILED : status;
}

int vzctl_enter(struct vzctl *v)
{
	static char script[] = "eval \"$1\"; "
			       BASH_IF_THERE("-i");
	char *argv[] = { "/bin/sh", "-c", script, "sh", NULL, NULL };
	char *text = NULL;
	int ret, status = 0;

	if (v->argc > 1 && strcmp(v->argv[1], "--exec")) {
		msg_note("Invalid option '%s'", v->argv[1]);
		return VZ_BAD_OPTION;
	}
	if (v->argc == 2 || (v->argc > 2 && !*v->argv[2])) {
		msg_note("No command line given for --exec");
		return VZ_MISSING;
	}
	ret = need_running(v->ctid, v->command);
	if (ret)
		return ret;
	if (v->argc > 2) {
		text = argv[4] = join_words(v->argv + 2, v->argc - 2);
		if (!text)
			return VZ_SYSTEM;
	}
	msg_step("entered into CT %u", v->ctid);
	ret = run(v->ctid, text ? argv : NULL, TTY_PTY, &status);
	if (!ret)
		msg_step("exited from CT %u", v->ctid);
	free(text);
	return ret;
}

int vzctl_console(struct vzctl *v)
{
	int ret = vzctl_extra(v, 2);
	struct life_state st = { 0 };

	if (ret)
		return ret;
	if (v->argc > 1 && strcmp(v->argv[1], "1")) {
		msg_note("Bad parameter for console: %s; a container has one, number 1",
			 v->argv[1]);
		return VZ_BAD_VALUE;
	}
	life_state(v->ctid, &st);
	if (!st.exists)
		return outcome_code(msg_end(OUT_NO_CONF, 0, NULL,
					    "attach to CT %u", v->ctid));
	return outcome_code(console_attach(v->ctid, CONSOLE_WAIT));
}

static char *read_script(const char *path)
{
	char *text = calloc(1, SCRIPT_MAX + 2);
	FILE *f = fopen(path, "re");
	size_t n;
	int err = 0;

	if (!f || !text) {
		err = errno;
	} else {
		n = fread(text, 1, SCRIPT_MAX + 1, f);
		if (ferror(f))
			err = EIO;
		else if (n > SCRIPT_MAX)
			err = EFBIG;
	}
	if (f)
		fclose(f);
	if (!err)
		return text;
	free(text);
	msg_fail(err, err == EFBIG ? "a script can have 96 KiB" : NULL,
		 "read the script %s", path);
	return NULL;
}

int vzctl_runscript(struct vzctl *v)
{
	static char script[] = BASH_IF_THERE("-c \"$1\"");
	char *argv[] = { "/bin/sh", "-c", script, "sh", NULL, NULL };
	struct life_start start = {
		.ctid = v->ctid, .argv = argv, .foreground = true, .force = true,
	};
	struct life_state st = { 0 };
	int ret, status = 0;
	char *text;

	if (v->argc < 2) {
		msg_note("Script not specified");
		return VZ_MISSING;
	}
	ret = vzctl_extra(v, 2);
	if (ret)
		return ret;
	life_state(v->ctid, &st);
	if (!st.exists)
		return outcome_code(msg_end(OUT_NO_CONF, 0, NULL,
					    "run a script in CT %u", v->ctid));
	text = argv[4] = read_script(v->argv[1]);
	if (!text)
		return VZ_BAD_VALUE;
	ret = st.running ? run(v->ctid, argv, TTY_PASS, &status) :
			   outcome_code(life_start(&start, &status, &msg_report));
	free(text);
	return ret ? ret : status;
}
