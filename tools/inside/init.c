// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the init of a context that runs one command
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "inside/channel.h"
#include "inside/confine.h"
#include "inside/init.h"
#include "inside/sealed_copy.h"
#include "program/caller.h"

/* The program, which the linker has put in here; see inside/. */
extern const char _binary_vzctx_init_start[], _binary_vzctx_init_end[];

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

int init_open(void)
{
	return seal_program("vzctx-init", _binary_vzctx_init_start,
			    _binary_vzctx_init_end - _binary_vzctx_init_start);
}

/* Its arguments are for those who look: its own name and the command's. */
static noreturn void become_init(char **argv, int chan, int program, pid_t child)
{
	int argc = 0, number[2];
	char **args;

	while (argv[argc])
		argc++;
	args = calloc(argc + 2, sizeof(*args));
	if (!args)
		chan_die(chan, ENOMEM, "run", "vzctx-init");
	args[0] = "vzctx-init";
	memcpy(args + 1, argv, argc * sizeof(*argv));
	if (pipe2(number, O_CLOEXEC) ||
	    write(number[1], &child, sizeof(child)) != sizeof(child) ||
	    dup2(number[0], STDIN_FILENO) < 0)
		chan_die(chan, errno, "run", "vzctx-init");
	confine_fds(chan);
	/* Closed there, when the task has its name. */
	if (fcntl(chan, F_SETFD, 0))
		chan_die(chan, errno, "run", "vzctx-init");
	fexecve(program, args, confine_env());
	chan_die(chan, errno, "run", "vzctx-init");
}

void init_run(char **argv, int chan, int control, int program)
{
	sigset_t all;
	pid_t child;

	caller_signals();
	/* Blocked, no signal is lost between here and the program's first wait. */
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
	become_init(argv, chan, program, child);
}
