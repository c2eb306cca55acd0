// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - entering a running context
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/cgroup.h"
#include "inside/confine.h"
#include "inside/init.h"
#include "inside/join.h"
#include "lib/until.h"

#define SPACES	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | \
		 CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP)

/* Whoever takes longer may have been frozen. */
#define LOOK_MS	200

/* What lies at this path is the context's choice: take a real ptmx only. */
static int open_ptmx(int chan)
{
	struct open_how how = {
		.flags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
			   RESOLVE_NO_SYMLINKS,
	};
	struct open_how look = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = how.resolve,
	};
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), at, fd;
	struct statfs sfs;
	struct stat st;

	at = syscall(SYS_openat2, root, "dev/pts/ptmx", &look, sizeof(look));
	if (root < 0 || at < 0)
		chan_die(chan, errno, "open", "/dev/pts/ptmx");
	if (fstatfs(at, &sfs) || sfs.f_type != DEVPTS_SUPER_MAGIC)
		chan_die(chan, ENODEV, "open", "/dev/pts/ptmx");
	close(at);
	fd = syscall(SYS_openat2, root, "dev/pts/ptmx", &how, sizeof(how));
	if (fd < 0)
		chan_die(chan, errno, "open", "/dev/pts/ptmx");
	if (fstatfs(fd, &sfs) || sfs.f_type != DEVPTS_SUPER_MAGIC ||
	    fstat(fd, &st) || !S_ISCHR(st.st_mode) ||
	    st.st_rdev != makedev(5, 2))
		chan_die(chan, ENODEV, "open", "/dev/pts/ptmx");
	close(root);
	return fd;
}

static noreturn void program(const struct join *j, struct tty *t, int chan)
{
	char *shell[] = { "/bin/sh", "-l", NULL };
	bool pty = t->mode == TTY_PTY;

	confine_ids(chan);
	/* Whoever is stopped in there before it runs would stay. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	tty_inside(t, chan, pty ? open_ptmx(chan) : -1, pty);
	confine(chan, !j->no_filter);
	umask(022);
	if (chdir("/"))
		chan_die(chan, errno, "enter", "/");
	if (j->argv)
		init_exec(j->argv, chan);
	if (!access("/bin/bash", X_OK))
		shell[0] = "/bin/bash";
	if (chdir("/root") && chdir("/"))
		chan_die(chan, errno, "enter", "/");
	init_exec(shell, chan);
}

static noreturn void enter(const struct join *j, struct tty *t, int chan)
{
	struct clone_args ca = { .flags = CLONE_PARENT };
	long pid;

	if (setns(j->pidfd, SPACES))
		chan_die(chan, errno, "join", "its namespaces");
	pid = syscall(SYS_clone3, &ca, sizeof(ca));
	if (pid < 0)
		chan_die(chan, errno, "fork", "");
	if (!pid)
		program(j, t, chan);
	chan_send_pid(chan, pid);
	_exit(0);
}

/* What is inside can be frozen by the host, and stopped by others inside. */
static int await(const struct join *j, const struct tty *t, int chan, int sfd)
{
	struct pollfd pf[] = { { chan, POLLIN, 0 }, { sfd, POLLIN, 0 } };

	for (;;) {
		if (poll(pf, 2, LOOK_MS) > 0 && pf[0].revents)
			return 0;
		if (tty_told(sfd))
			return -EINTR;
		if (t->end && until_now() >= t->end)
			return -ETIMEDOUT;
		if (cgroup_frozen(j->ctid))
			return -EBUSY;
	}
}

int join(const struct join *j, struct tty *t, pid_t *pid,
	 struct chan_msg *why)
{
	int chan[2], ret = cgroup_frozen(j->ctid) ? -EBUSY : chan_pair(chan);
	pid_t helper;
	int sfd;

	*pid = -1;
	if (ret)
		return ret;
	sfd = tty_signals();
	helper = cgroup_fork(j->ctid);
	if (!helper) {
		close(chan[0]);
		enter(j, t, chan[1]);
	}
	if (helper < 0) {
		*why = (struct chan_msg){ CHAN_FAILED, -helper, .what = "join",
					  .object = "its cgroup" };
		if (helper == -EAGAIN)
			strcpy(why->object, "its cgroup, where pids.max lets no task in");
		ret = -ECHILD;
	}
	close(chan[1]);
	tty_close_inner(t);

	while (!ret) {
		struct chan_msg m = { 0 };

		ret = await(j, t, chan[0], sfd);
		if (!ret)
			ret = chan_recv(chan[0], &m);
		if (ret || m.kind == CHAN_END)
			break;
		if (m.kind == CHAN_PID)
			*pid = m.pid;
		else if (m.kind == CHAN_PTY)
			t->master = m.fd;
		else if (m.kind == CHAN_FAILED)
			*why = m, ret = -ECHILD;
	}
	close(chan[0]);
	close(sfd);
	if (ret && ret != -ECHILD && helper > 0)
		kill(helper, SIGKILL);
	if (helper > 0)
		waitpid(helper, NULL, 0);
	if (!ret && *pid < 0)
		ret = -EPROTO;
	/* After a failed step the program has ended or is about to. */
	if (ret && *pid > 0) {
		kill(*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
	return ret;
}
