// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - how an init is asked to end
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "inside/join.h"
#include "life/stopsig.h"

/* Whether @pid runs a program of that name, or of one that begins so. */
static bool runs(pid_t pid, const char *name)
{
	char path[64], exe[PATH_MAX];
	const char *slash;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	return slash && !strncmp(slash + 1, name, strlen(name));
}

/* A script named init runs busybox, too, as its shell. */
static bool called_init(pid_t pid)
{
	char path[64], arg[64] = "";
	const char *slash;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	arg[fread(arg, 1, sizeof(arg) - 1, f)] = '\0';
	fclose(f);
	slash = strrchr(arg, '/');
	return !strcmp(slash ? slash + 1 : arg, "init");
}

static void command_name(pid_t pid, char *name, size_t size)
{
	char path[64];
	FILE *f;

	*name = '\0';
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fgets(name, size, f))
		name[strcspn(name, "\n")] = '\0';
	fclose(f);
}

/* Return: what asks this init, or 0 when no signal does. */
static int signal_for(pid_t pid)
{
	char comm[32];

	command_name(pid, comm, sizeof(comm));
	if (!strcmp(comm, "systemd") || runs(pid, "systemd"))
		return SIGRTMIN + 3;
	if (!strcmp(comm, "vzctx-init"))
		return SIGTERM;
	return runs(pid, "busybox") && called_init(pid) ? SIGUSR2 : 0;
}

static noreturn void halt_inside(uint32_t ctid, int pidfd)
{
	static char *halt[] = { "halt", NULL };
	struct join j = {
		.ctid = ctid, .pidfd = pidfd, .argv = halt,
	};
	struct conf *c = conf_load(ctid);
	struct chan_msg why = { 0 };
	int status = -1;
	struct tty t;
	pid_t child;

	j.no_filter = !c || conf_no_filter(c);
	conf_free(c);
	if (tty_init(&t, TTY_NULL) || join(&j, &t, &child, &why) ||
	    waitpid(child, &status, 0) < 0 || status)
		pidfd_send_signal(pidfd, SIGTERM, NULL, 0);
	_exit(0);
}

int stop_politely(uint32_t ctid, int pidfd, pid_t pid)
{
	int sig = signal_for(pid);
	pid_t child;

	if (sig)
		return pidfd_send_signal(pidfd, sig, NULL, 0) ? -errno : 0;
	if (pidfd_send_signal(pidfd, 0, NULL, 0))
		return -errno;
	/* What `halt` waits for, and whether for ever, is not ours to say. */
	child = fork();
	if (!child)
		halt_inside(ctid, pidfd);
	return child < 0 ? -errno : 0;
}
