// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - how an init is asked to end
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "join.h"
#include "stopsig.h"

/* The program @pid runs, without its directory; empty when it cannot be told. */
static void program(pid_t pid, char *name, size_t size)
{
	char path[64], exe[PATH_MAX];
	const char *slash;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	snprintf(name, size, "%s", slash ? slash + 1 : exe);
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
	char exe[64], comm[32];

	program(pid, exe, sizeof(exe));
	command_name(pid, comm, sizeof(comm));
	if (!strcmp(comm, "systemd") || !strcmp(exe, "systemd"))
		return SIGRTMIN + 3;
	if (!strcmp(comm, "vzctx-init"))
		return SIGTERM;
	/* Replaced under its feet it is "busybox (deleted)". */
	return strncmp(exe, "busybox", strlen("busybox")) ? 0 : SIGUSR2;
}

static noreturn void halt_inside(uint32_t ctid, int pidfd, pid_t pid)
{
	static char *halt[] = { "halt", NULL };
	struct join j = {
		.ctid = ctid, .init = pid, .pidfd = pidfd, .argv = halt,
	};
	struct chan_msg why = { 0 };
	int status = -1;
	struct tty t;
	pid_t child;

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
		halt_inside(ctid, pidfd, pid);
	return child < 0 ? -errno : 0;
}
