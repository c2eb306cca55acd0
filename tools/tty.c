// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - terminals, and passing bytes between the caller and a context
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "chan.h"
#include "tty.h"

/* POLLOUT on a pipe promises room for this much. */
#define CHUNK		4096
/* How long output of a task that has ended may still be on its way. */
#define DRAIN_MS	100
#define EOT_MS		500

struct pump {
	int from, to;		/* -1: closed */
	bool to_ours;		/* close @to when @from has ended */
	int eot;		/* where to type ^D when @from has ended, or -1 */
	size_t off, len;
	char buf[CHUNK];
};

static struct termios saved;
static bool is_raw;

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

int tty_init(struct tty *t, enum tty_mode mode)
{
	*t = (struct tty){ mode, { 0, 1, 2 }, { -1, -1, -1 }, -1 };
	if (mode != TTY_PASS)
		return 0;

	for (int i = 0; i < 3; i++) {
		int p[2];

		if (!isatty(i))
			continue;
		if (pipe2(p, O_CLOEXEC))
			return -errno;
		t->inner[i] = i ? p[1] : p[0];
		t->outer[i] = i ? p[0] : p[1];
	}
	return 0;
}

void tty_close_inner(struct tty *t)
{
	for (int i = 0; i < 3; i++) {
		if (t->outer[i] >= 0)
			close(t->inner[i]);
		t->inner[i] = -1;
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

/*
 * A shell that makes its terminal ready drops what was typed before, a ^D too,
 * hence again and again: whoever reads after the end of a file meets the end.
 */
static void type_eot(struct pump *p)
{
	static const char eot = 4;

	if (p->from < 0 && p->eot >= 0 && write(p->eot, &eot, 1) < 0 &&
	    errno != EAGAIN)
		p->eot = -1;
}

static void ended(struct pump *p)
{
	p->from = -1;
	type_eot(p);
	if (p->to_ours && p->to >= 0)
		close(p->to);
	p->to = -1;
}

/* One step of one pump. Return: true if bytes moved. */
static bool step(struct pump *p, short in, short out)
{
	ssize_t n;

	if (p->len && out) {
		n = write(p->to, p->buf + p->off, p->len);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n < 0) {
			ended(p);
			return false;
		}
		p->off += n;
		p->len -= n;
		return true;
	}
	if (!p->len && p->from >= 0 && in) {
		n = read(p->from, p->buf, sizeof(p->buf));
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		/* A pty whose other end is closed reads as EIO. */
		if (n <= 0) {
			ended(p);
			return false;
		}
		p->off = 0;
		p->len = n;
		return true;
	}
	return false;
}

static int setup(struct tty *t, struct pump *p)
{
	int n = 0;

	memset(p, 0, 3 * sizeof(*p));
	p[0].eot = p[1].eot = p[2].eot = -1;
	if (t->mode == TTY_PTY && t->master >= 0) {
		int from_tty = isatty(STDIN_FILENO);

		p[n].from = t->master;
		p[n++].to = STDOUT_FILENO;
		p[n].from = STDIN_FILENO;
		p[n].eot = from_tty ? -1 : t->master;
		p[n++].to = t->master;
		/* A pty takes less than POLLOUT says; do not block on it. */
		fcntl(t->master, F_SETFL,
		      fcntl(t->master, F_GETFL) | O_NONBLOCK);
		copy_size(t->master);
		if (from_tty)
			tty_raw();
		return n;
	}
	for (int i = 2; i >= 0; i--) {
		if (t->outer[i] < 0)
			continue;
		p[n].from = i ? t->outer[i] : STDIN_FILENO;
		p[n].to = i ? i : t->outer[i];
		p[n++].to_ours = !i;
	}
	return n;
}

static int status_of(int st)
{
	return WIFSIGNALED(st) ? 128 + WTERMSIG(st) : WEXITSTATUS(st);
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
			kill(group ? -pid : pid, si.ssi_signo);
		}
	}
	return waitpid(pid, &st, WNOHANG) == pid ? status_of(st) : -1;
}

/* Polls once. Return: true if something moved or a signal came. */
static bool turn(struct pump *p, int n, int sfd, int timeout)
{
	struct pollfd pf[7];
	bool moved = false;

	for (int i = 0; i < n; i++) {
		bool idle = !p[i].len;

		pf[2 * i] = (struct pollfd){ idle ? p[i].from : -1, POLLIN, 0 };
		pf[2 * i + 1] =
			(struct pollfd){ idle ? -1 : p[i].to, POLLOUT, 0 };
	}
	pf[2 * n] = (struct pollfd){ sfd, POLLIN, 0 };
	if (poll(pf, 2 * n + 1, timeout) <= 0)
		return false;
	for (int i = 0; i < n; i++)
		moved |= step(&p[i], pf[2 * i].revents, pf[2 * i + 1].revents);
	return moved || pf[2 * n].revents;
}

int tty_relay(struct tty *t, pid_t pid, bool signal_group)
{
	struct pump p[3];
	int status, sfd, n;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	sfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	n = setup(t, p);

	/* A child that ended before the signals were blocked sent none. */
	while ((status = on_signal(t, sfd, pid, signal_group)) < 0) {
		bool again = false;

		for (int i = 0; i < n; i++)
			again |= p[i].eot >= 0 && p[i].from < 0;
		if (!turn(p, n, sfd, again ? EOT_MS : -1) && again)
			for (int i = 0; i < n; i++)
				type_eot(&p[i]);
	}

	/* What it wrote is still worth having; what it did not read is not. */
	for (int i = 0; i < n; i++)
		if (p[i].from == STDIN_FILENO)
			p[i].from = p[i].to = -1, p[i].len = 0;
	while (turn(p, n, -1, DRAIN_MS))
		;
	tty_cooked();
	close(sfd);
	return status;
}
