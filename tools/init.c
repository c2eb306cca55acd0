// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the init of a context that runs one command
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "caller.h"
#include "chan.h"
#include "confine.h"
#include "init.h"

void init_exec(char **argv, int chan)
{
	/* Ignored signals outlive exec. */
	caller_signals();
	confine_fds(chan);

	environ = confine_env();
	/* Who was to hear of it gave up, and has told its user that nothing runs. */
	if (chan_send_ready(chan))
		_exit(126);
	execvp(argv[0], argv);
	chan_die(chan, errno, "run", argv[0]);
}

/*
 * As for any init, what nobody has a handler for is ignored: a stray signal does
 * not end the container. Those that ask a program to end always arrive.
 */
static bool is_for(pid_t child, int sig)
{
	char path[32], line[64];
	uint64_t caught = 0;
	FILE *f;

	if (sig == SIGTERM || sig == SIGINT || sig == SIGQUIT || sig == SIGHUP)
		return true;
	snprintf(path, sizeof(path), "/proc/%d/status", child);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "SigCgt: %" SCNx64, &caught) == 1)
			break;
	fclose(f);
	return caught >> (sig - 1) & 1;
}

static noreturn void serve(pid_t child)
{
	int code = 1;
	bool ended = false;
	sigset_t all;
	siginfo_t si;
	pid_t pid;
	int st;

	sigfillset(&all);
	while (!ended) {
		if (sigwaitinfo(&all, &si) < 0)
			continue;
		if (si.si_signo != SIGCHLD) {
			if (is_for(child, si.si_signo))
				kill(child, si.si_signo);
			continue;
		}
		while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
			if (pid != child)
				continue;
			code = WIFSIGNALED(st) ? 128 + WTERMSIG(st) :
						 WEXITSTATUS(st);
			ended = true;
		}
	}
	_exit(code);
}

void init_run(char **argv, int chan, int control)
{
	sigset_t all;
	pid_t child;

	prctl(PR_SET_NAME, "vzctx-init", 0, 0, 0);
	/* Blocked, no signal is lost between here and sigwaitinfo(). */
	caller_signals();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);

	child = fork();
	if (child < 0)
		chan_die(chan, errno, "fork", argv[0]);
	if (!child) {
		setsid();
		if (control && ioctl(0, TIOCSCTTY, 0))
			chan_die(chan, errno, "take the terminal", "pty");
		init_exec(argv, chan);
	}
	/* With its copies here the command's pipes would never end. */
	syscall(SYS_close_range, 0U, ~0U, 0U);
	serve(child);
}
