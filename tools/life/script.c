// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - OpenVZ's action scripts
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/conf.h"
#include "lib/until.h"
#include "life/life.h"
#include "life/script.h"
#include "program/caller.h"
#include "tree/place.h"

static int status_of(pid_t pid)
{
	int st;

	while (waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
}

static int failed(uint32_t ctid, const char *path, int status,
		  struct report *report)
{
	char text[64];

	snprintf(text, sizeof(text), "it ended with %d", status);
	return report_fail(report, OUT_SCRIPT, 0, text,
			   "run the action script %s of CT %u", path, ctid);
}

/* A script without a #! line is the shell's, as OpenVZ's are. */
static void child(uint32_t ctid, const char *path)
{
	char veid[32], conf[96], file[64];
	char *env[] = {
		veid, conf,
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/", NULL,
	};

	conf_path(ctid, file, sizeof(file));
	snprintf(veid, sizeof(veid), "VEID=%u", ctid);
	snprintf(conf, sizeof(conf), "VE_CONFFILE=%s", file);
	caller_signals();
	execve(path, (char *[]){ (char *)path, NULL }, env);
	if (errno == ENOEXEC || errno == EACCES)
		execve("/bin/sh", (char *[]){ "sh", (char *)path, NULL }, env);
	_exit(errno == ENOENT ? 127 : 126);
}

/* With nothing open in @p when there is none. Return: EXIT_OK or OUT_SCRIPT. */
static int find(uint32_t ctid, const char *path, struct place *p,
		struct report *report)
{
	return !place_file(p, path) ? EXIT_OK :
	       report_fail(report, OUT_SCRIPT, 0, p->sentence,
			   "run the action script %s of CT %u", path, ctid);
}

static int run_one(uint32_t ctid, const char *path, bool *ran,
		   struct report *report)
{
	struct place p = PLACE_NONE;
	int status, ret = find(ctid, path, &p, report);
	pid_t pid;

	if (ret || p.fd < 0)
		return ret;
	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		place_close(&p);
		return report_fail(report, OUT_SCRIPT, errno, NULL, "run %s",
				   path);
	}
	/* By name, which a script may ask for: only root can give it another file. */
	if (!pid)
		child(ctid, path);
	place_close(&p);
	if (ran)
		*ran = true;
	status = status_of(pid);
	return status ? failed(ctid, path, status, report) : EXIT_OK;
}

int script_host(uint32_t ctid, const char *action, bool *ran,
		struct report *report)
{
	char path[96];
	int ret;

	snprintf(path, sizeof(path), CONF_DIR "/vps.%s", action);
	ret = run_one(ctid, path, ran, report);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), CONF_DIR "/%u.%s", ctid, action);
	return run_one(ctid, path, ran, report);
}

bool script_there(uint32_t ctid, const char *action)
{
	char path[96];

	snprintf(path, sizeof(path), CONF_DIR "/%u.%s", ctid, action);
	return !access(path, F_OK);
}

/*
 * The file is the standard input of the shell inside: nothing of the host's
 * tree has to be reachable there.
 */
int script_inside(uint32_t ctid, const char *action, int seconds,
		  struct report *report)
{
	const int64_t end = seconds ? until_now() + seconds * INT64_C(1000) : 0;

	char *argv[] = { "/bin/sh", "-s", NULL };
	struct place p = PLACE_NONE;
	int fd, keep, status, ret;
	char path[96], text[96];

	snprintf(path, sizeof(path), CONF_DIR "/%u.%s", ctid, action);
	ret = find(ctid, path, &p, report);
	if (ret || p.fd < 0)
		return ret;
	fd = place_read(&p, 0);
	place_close(&p);
	if (fd < 0)
		return report_fail(report, OUT_SCRIPT, -fd, NULL, "open %s",
				   path);
	keep = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(fd, STDIN_FILENO);
	close(fd);
	ret = life_run_until(ctid, argv, TTY_PASS, end, &status, report);
	if (keep >= 0) {
		dup2(keep, STDIN_FILENO);
		close(keep);
	}
	if (ret)
		return report_as(report, OUT_SCRIPT);
	if (end && status == 128 + SIGKILL && until_now() >= end) {
		snprintf(text, sizeof(text),
			 "it had not ended after %d s, and was killed; the container runs",
			 seconds);
		return report_fail(report, OUT_SCRIPT, 0, text,
				   "run the action script %s of CT %u", path,
				   ctid);
	}
	return status ? failed(ctid, path, status, report) : EXIT_OK;
}
