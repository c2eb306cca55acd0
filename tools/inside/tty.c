// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - terminals, and passing bytes between the caller and a context
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "inside/channel.h"
#include "inside/pump.h"
#include "inside/tty.h"
#include "lib/until.h"
#include "program/caller.h"

#define EOT_MS		500
/* More than a terminal holds, in both its buffers. */
#define PTY_MAX		65536
/* Who asked for an end does not wait longer for a reader that takes nothing. */
#define ASKED_MS	1000
/* From the first signal that is meant to end it to SIGKILL. */
#define KILL_MS		10000

static struct termios saved;
static bool is_raw;
static bool asked;	/* to end: a signal was passed on */

void tty_cooked(void)
{
	/* Draining would wait for ever on a terminal that was stopped. */
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	is_raw = false;
}

void tty_raw(void)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, &saved))
		return;
	t = saved;
	cfmakeraw(&t);
	atexit(tty_cooked);
	is_raw = !tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
}

/* One pipe where the caller has one file for both keeps what comes in order. */
static bool same_file(int a, int b)
{
	struct stat sa, sb;

	return !fstat(a, &sa) && !fstat(b, &sb) && sa.st_dev == sb.st_dev &&
	       sa.st_ino == sb.st_ino;
}

int tty_init(struct tty *t, enum tty_mode mode)
{
	*t = (struct tty){ mode, { -1, -1, -1 }, { -1, -1, -1 }, -1, 0, 0 };
	if (mode != TTY_PASS)
		return 0;

	for (int i = 0; i < 3; i++) {
		int p[2];

		if (i == 2 && same_file(1, 2)) {
			t->inner[2] = t->inner[1];
			continue;
		}
		if (pipe2(p, O_CLOEXEC))
			return -errno;
		t->inner[i] = i ? p[1] : p[0];
		t->outer[i] = i ? p[0] : p[1];
		fcntl(t->outer[i], F_SETFL,
		      fcntl(t->outer[i], F_GETFL) | O_NONBLOCK);
	}
	return 0;
}

void tty_close_inner(struct tty *t)
{
	for (int i = 1; i < 3; i++) {
		if (t->outer[i] >= 0)
			close(t->inner[i]);
		t->inner[i] = -1;
	}
	/* Of a file, what the task inside has left in the pipe is given back. */
	if (t->outer[0] >= 0 && !pump_seekable(STDIN_FILENO)) {
		close(t->inner[0]);
		t->inner[0] = -1;
	}
}

static void use(int chan, const int fd[3])
{
	/* None of the three may be lost to an earlier dup2 of another. */
	int copy[3];

	for (int i = 0; i < 3; i++) {
		copy[i] = fcntl(fd[i], F_DUPFD_CLOEXEC, 3);
		if (copy[i] < 0)
			chan_die(chan, errno, "take standard descriptor", "");
	}
	for (int i = 0; i < 3; i++) {
		if (dup2(copy[i], i) < 0)
			chan_die(chan, errno, "take standard descriptor", "");
		close(copy[i]);
	}
}

void tty_inside(struct tty *t, int chan, int ptmx, bool control)
{
	int zero = 0, slave, null;

	switch (t->mode) {
	case TTY_PASS:
		use(chan, t->inner);
		break;
	case TTY_NULL:
		null = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY);
		if (null < 0)
			chan_die(chan, errno, "open", "/dev/null");
		use(chan, (int[]){ null, null, null });
		break;
	case TTY_PTY:
		if (ioctl(ptmx, TIOCSPTLCK, &zero))
			chan_die(chan, errno, "unlock", "pty");
		slave = ioctl(ptmx, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (slave < 0)
			chan_die(chan, errno, "open", "pty");
		if (chan_send_pty(chan, ptmx))
			chan_die(chan, errno, "hand out", "pty");
		use(chan, (int[]){ slave, slave, slave });
		close(slave);
		close(ptmx);
		if (control && ioctl(0, TIOCSCTTY, 0))
			chan_die(chan, errno, "take the terminal", "pty");
		break;
	}
}

static void copy_size(int master)
{
	struct winsize ws;

	if (!ioctl(STDIN_FILENO, TIOCGWINSZ, &ws) ||
	    !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws))
		ioctl(master, TIOCSWINSZ, &ws);
}

static int setup_pty(struct tty *t, struct pump *p)
{
	bool from_tty = isatty(STDIN_FILENO);

	pump_init(&p[0], t->master, STDOUT_FILENO, false, false);
	pump_init(&p[1], STDIN_FILENO, t->master, true, false);
	if (!from_tty)
		p[1].eot = t->master;
	/* A pty takes less than POLLOUT says; do not block on it. */
	fcntl(t->master, F_SETFL, fcntl(t->master, F_GETFL) | O_NONBLOCK);
	copy_size(t->master);
	if (from_tty)
		tty_raw();
	return 2;
}

/* Return: how many pumps; the one inwards is the last. */
static int setup(struct tty *t, struct pump *p)
{
	int n = 0;

	if (t->mode == TTY_PTY && t->master >= 0)
		return setup_pty(t, p);
	for (int i = 2; i >= 0; i--)
		if (t->outer[i] >= 0)
			pump_init(&p[n++], i ? t->outer[i] : STDIN_FILENO,
				  i ? i : t->outer[i], !i, true);
	return n;
}

static int status_of(int st)
{
	return WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
}

static void send(pid_t pid, bool group, int sig)
{
	/* It may lead no group of its own any more. */
	if (!group || kill(-pid, sig))
		kill(pid, sig);
}

/* A key of the caller's terminal may be meant for it as often as it is typed. */
static void pass_on(struct tty *t, pid_t pid, bool group, int sig)
{
	bool last = group && (sig == SIGTERM || sig == SIGHUP);
	int64_t end = until_now() + KILL_MS;
	static bool before;

	asked = true;
	send(pid, group, last && before ? SIGKILL : sig);
	if (group)
		send(pid, true, SIGCONT);
	if (last && (!t->end || t->end > end))
		t->end = end;
	before |= last;
}

/* Return: the status once @pid has ended, -1 before. */
static int on_signal(struct tty *t, int sfd, pid_t pid, bool group)
{
	struct signalfd_siginfo si;
	int st;

	while (read(sfd, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGWINCH) {
			if (t->master >= 0)
				copy_size(t->master);
		} else if (si.ssi_signo != SIGCHLD) {
			pass_on(t, pid, group, si.ssi_signo);
		}
	}
	return waitpid(pid, &st, WNOHANG) == pid ? status_of(st) : -1;
}

/* What asks for an end, and is passed on. */
static void ending_signals(sigset_t *set)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!caller_ignores(ends[i]))
			sigaddset(set, ends[i]);
}

int tty_signals(void)
{
	sigset_t set;

	ending_signals(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool tty_told(int sfd)
{
	struct signalfd_siginfo si;

	while (read(sfd, &si, sizeof(si)) == sizeof(si))
		if (si.ssi_signo != SIGCHLD && si.ssi_signo != SIGWINCH)
			asked = true;
	return asked;
}

/* Nobody reads the terminal: what runs on it is told so, as by a modem. */
static void hang_up(struct tty *t, struct pump *in)
{
	close(t->master);
	t->master = in->from = in->to = in->eot = -1;
	in->len = 0;
}

/*
 * What it wrote is still worth having, unless the caller wants an end; what it
 * did not read is the caller's.
 */
static void finish(struct tty *t, struct pump *p, int n, int sfd)
{
	sigset_t ends;

	ending_signals(&ends);
	signalfd(sfd, &ends, 0);
	for (int i = 0; i < n; i++) {
		if (!p[i].inwards)
			pump_last(&p[i], sfd, PTY_MAX, asked ? ASKED_MS : -1);
		else if (t->inner[0] >= 0)
			pump_give_back(&p[i], STDIN_FILENO, t->inner[0]);
		if (!p[i].inwards && p[i].err)
			t->lost = p[i].err;
		pump_close(&p[i]);
	}
	if (t->inner[0] >= 0)
		close(t->inner[0]);
	if (t->master >= 0)
		close(t->master);
}

/* Milliseconds until something is to be done unasked, -1: never. */
static int patience(const struct tty *t, bool again)
{
	int64_t left = t->end ? t->end - until_now() : INT_MAX;

	if (again && left > EOT_MS)
		return EOT_MS;
	return left < 0 ? 0 : left < INT_MAX ? left : -1;
}

static void keep_time(struct tty *t, pid_t pid, bool group)
{
	if (!t->end || until_now() < t->end)
		return;
	send(pid, group, SIGKILL);
	t->end = 0;
}

int tty_relay(struct tty *t, pid_t pid, bool signal_group)
{
	static struct pump p[PUMPS_MAX];
	int sfd = tty_signals(), n = setup(t, p), status;

	/* A child that ended before the signals were blocked sent none. */
	while ((status = on_signal(t, sfd, pid, signal_group)) < 0) {
		struct pump *in = n ? &p[n - 1] : NULL;
		bool again = in && in->eot >= 0 && in->from < 0;

		if (!pump_turn(p, n, sfd, patience(t, again)) && again)
			pump_type_eot(in);
		if (in && t->master >= 0 && p[0].unread)
			hang_up(t, in);
		keep_time(t, pid, signal_group);
	}
	finish(t, p, n, sfd);
	tty_cooked();
	close(sfd);
	return status;
}
