// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the user's end of a container's console
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/consock.h"
#include "console/console.h"
#include "inside/tty.h"
#include "lib/msg.h"
#include "program/caller.h"

#define ESC		'\033'
/* An Esc that is not followed by a key this soon is meant for the container. */
#define ESC_MS		1000
#define KILL_S		10
/* A keeper at its end is met once; it takes its socket away first. */
#define RETRIES		3

/* What ends a turn of serve(). */
enum end { GOING_ON, LEFT, ENDED, REBOOTED, LOST, TAKEN };

struct console {
	uint32_t ctid;
	int sock;
	bool tty;		/* standard input is a terminal */
	bool eof;		/* it has ended */
	bool line_start;	/* nothing typed since a newline */
	bool esc;		/* an Esc there is held back */
	uint32_t number;	/* of the packet that ended it */
};

static volatile sig_atomic_t resized;

static void on_winch(int sig)
{
	(void)sig;
	resized = 1;
}

static void on_end(int sig)
{
	tty_cooked();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void handle_signals(sigset_t *wait_mask)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct sigaction sa = { .sa_handler = on_end };
	sigset_t winch;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!caller_ignores(ends[i]))
			sigaction(ends[i], &sa, NULL);
	sa.sa_handler = on_winch;
	sigaction(SIGWINCH, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&winch);
	sigaddset(&winch, SIGWINCH);
	sigprocmask(SIG_BLOCK, &winch, wait_mask);
	sigdelset(wait_mask, SIGWINCH);
}

/* On a raw terminal a newline does not return the carriage. */
static void say(const struct console *c, const char *text)
{
	const char *nl = c->tty ? "\r\n" : "\n";

	msg_draw("%s[CT %u: %s]%s", c->line_start ? "" : nl, c->ctid, text, nl);
}

static void send_size(const struct console *c)
{
	struct winsize ws;

	if (!ioctl(STDIN_FILENO, TIOCGWINSZ, &ws) ||
	    !ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws))
		consock_number(c->sock, CON_SIZE, ws.ws_row << 16 | ws.ws_col,
			       MSG_DONTWAIT);
}

/*
 * Who types must always be able to leave, so what the container does not take
 * is dropped with a bell, as a terminal does; a pipe is kept waiting.
 */
static void send_typed(const struct console *c, const char *buf, size_t len)
{
	if (len && consock_send(c->sock, CON_DATA, buf, len,
				c->tty ? MSG_DONTWAIT : 0) == -EAGAIN)
		msg_draw("\a");
}

/* By a connection of its own: what was typed before may not be taken. */
static void kill_there(const struct console *c)
{
	const struct timeval patience = { KILL_S, 0 };
	int fd = consock_connect(c->ctid);
	struct con_packet p;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				 sizeof(patience)) ||
	    consock_send(fd, CON_KILL, NULL, 0, 0) || consock_recv(fd, &p, 0) ||
	    p.kind != CON_KILLED)
		say(c, "its keeper does not answer");
	else
		say(c, consock_get(&p) ? "killed what ran on its console" :
					 "nothing runs on its console");
	if (fd >= 0)
		close(fd);
}

static enum end typed(struct console *c, const char *buf, size_t len)
{
	char out[CON_DATA_MAX];
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		bool command = c->esc;

		if (!command && c->line_start && buf[i] == ESC) {
			c->esc = true;
			continue;
		}
		c->esc = false;
		if (command && buf[i] == '.') {
			send_typed(c, out, n);
			return LEFT;
		}
		if (command && buf[i] == '!') {
			send_typed(c, out, n);
			n = 0;
			kill_there(c);
			continue;
		}
		if (command)
			out[n++] = ESC;
		out[n++] = buf[i];
		c->line_start = buf[i] == '\r' || buf[i] == '\n';
	}
	send_typed(c, out, n);
	return GOING_ON;
}

static enum end from_stdin(struct console *c)
{
	/* One Esc held back comes on top. */
	char buf[CON_DATA_MAX - 1];
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return GOING_ON;
	if (n <= 0) {
		c->eof = true;
		return c->tty ? LEFT : GOING_ON;
	}
	return typed(c, buf, n);
}

static bool put(const char *buf, size_t len)
{
	struct pollfd pf = { STDOUT_FILENO, POLLOUT, 0 };

	while (len) {
		ssize_t n = write(STDOUT_FILENO, buf, len);

		if (n < 0 && errno == EAGAIN)
			poll(&pf, 1, -1);
		else if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			buf += n;
			len -= n;
		}
	}
	return true;
}

static enum end from_keeper(struct console *c)
{
	struct con_packet p;
	char text[80];
	int ret = consock_recv(c->sock, &p, 0);

	if (ret == -EINTR)
		return GOING_ON;
	if (ret)
		return LOST;
	c->number = consock_get(&p);
	switch (p.kind) {
	case CON_DATA:
		return put(p.data, p.len) ? GOING_ON : LEFT;
	case CON_LOST:
		snprintf(text, sizeof(text),
			 "%u bytes of its output came too fast", c->number);
		say(c, text);
		return GOING_ON;
	case CON_TAKEN:
		return TAKEN;
	case CON_END:
		return WIFSIGNALED(c->number) && WTERMSIG(c->number) == SIGHUP ?
		       REBOOTED : ENDED;
	}
	return GOING_ON;
}

static enum end serve(struct console *c, const sigset_t *mask)
{
	const struct timespec esc_time = { ESC_MS / 1000, ESC_MS % 1000 * 1000000L };
	enum end end = GOING_ON;

	while (end == GOING_ON) {
		struct pollfd pf[] = {
			{ c->sock, POLLIN, 0 },
			{ c->eof ? -1 : STDIN_FILENO, POLLIN, 0 },
		};
		int n;

		if (resized) {
			resized = 0;
			send_size(c);
		}
		n = ppoll(pf, 2, c->esc ? &esc_time : NULL, mask);
		if (!n && c->esc) {
			c->esc = false;
			c->line_start = false;
			send_typed(c, "\033", 1);
		}
		if (n <= 0)
			continue;
		if (pf[0].revents)
			end = from_keeper(c);
		if (end == GOING_ON && pf[1].revents)
			end = from_stdin(c);
	}
	return end;
}

static int busy(uint32_t ctid, uint32_t pid)
{
	char path[64], comm[32] = "", text[160];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	f = fopen(path, "re");
	if (f) {
		if (fgets(comm, sizeof(comm), f))
			comm[strcspn(comm, "\n")] = '\0';
		fclose(f);
	}
	snprintf(text, sizeof(text),
		 "process %u (%s) is attached; take it over with `%s console %u --force`",
		 pid, comm, prog_name, ctid);
	return msg_fail(0, text, "attach to the console of CT %u", ctid);
}

/*
 * Return: EXIT_OK with the console attached, or what to end with; -EPIPE when
 * the keeper ended meanwhile.
 */
static int call(struct console *c, bool force)
{
	struct con_packet p;
	int ret = consock_send(c->sock, force ? CON_FORCE : CON_ATTACH, NULL, 0,
			       0);

	if (!ret)
		ret = consock_recv(c->sock, &p, 0);
	if (ret == -EPIPE || ret == -ECONNRESET)
		return -EPIPE;
	if (ret)
		return msg_fail(-ret, NULL, "attach to the console of CT %u",
				c->ctid);
	return p.kind == CON_BUSY ? busy(c->ctid, consock_get(&p)) : EXIT_OK;
}

/* Return: a connected socket, or -errno. */
static int wait_for_keeper(const struct console *c, const char *why)
{
	int in = inotify_init1(IN_CLOEXEC), fd = -ENOENT;
	char buf[sizeof(struct inotify_event) + 256];

	if (in < 0)
		return -errno;
	if ((mkdir(CONSOLE_DIR, 0700) && errno != EEXIST) ||
	    inotify_add_watch(in, CONSOLE_DIR, IN_MOVED_TO) < 0) {
		fd = -errno;
		goto out;
	}
	for (bool told = false;; told = true) {
		fd = consock_connect(c->ctid);
		if (fd != -ENOENT)
			break;
		if (!told)
			say(c, why);
		if (read(in, buf, sizeof(buf)) < 0 && errno != EINTR) {
			fd = -errno;
			break;
		}
	}
out:
	close(in);
	return fd;
}

/* One life of the container. */
static enum end attached(struct console *c, const sigset_t *mask)
{
	enum end end;

	c->line_start = true;
	c->esc = false;
	if (c->tty)
		tty_raw();
	say(c, "its console; Esc . at the beginning of a line leaves, Esc ! kills what runs there");
	resized = 1;
	end = serve(c, mask);
	tty_cooked();
	return end;
}

static int conclude(struct console *c, enum end end)
{
	char text[80];

	c->tty = false;
	c->line_start = false;
	switch (end) {
	case LOST:
		say(c, "its keeper was killed; it runs on without a console");
		return EXIT_FAILED;
	case TAKEN:
		snprintf(text, sizeof(text),
			 "process %u has taken the console over", c->number);
		say(c, text);
		return EXIT_FAILED;
	case ENDED:
		say(c, "it has ended");
		return EXIT_OK;
	default:
		say(c, end == REBOOTED ? "it reboots" : "detached");
		return EXIT_OK;
	}
}

int console_attach(uint32_t ctid, unsigned int how)
{
	struct console c = { .ctid = ctid, .line_start = true };
	const char *why = "it is not running; waiting for its start (Ctrl-C leaves)";
	enum end end;
	sigset_t mask;
	int tries = 0, ret;

	c.tty = isatty(STDIN_FILENO);
	handle_signals(&mask);
	for (;;) {
		c.sock = how & CONSOLE_WAIT ? wait_for_keeper(&c, why) :
					      consock_connect(ctid);
		if (c.sock == -ENOENT)
			return msg_end(OUT_NOT_RUNNING, 0, "it is not running",
				       "attach to the console of CT %u", ctid);
		if (c.sock < 0)
			return msg_fail(-c.sock, NULL,
					"attach to the console of CT %u", ctid);
		ret = call(&c, how & CONSOLE_FORCE);
		if (ret)
			close(c.sock);
		if (ret == -EPIPE && tries++ < RETRIES)
			continue;
		if (ret)
			return ret == -EPIPE ?
			       msg_fail(EPIPE, "its keeper hangs up",
					"attach to the console of CT %u", ctid) :
			       ret;
		tries = 0;
		end = attached(&c, &mask);
		close(c.sock);
		if (end != REBOOTED || !(how & CONSOLE_WAIT))
			return conclude(&c, end);
		c.line_start = false;
		why = "it reboots; waiting for its start (Ctrl-C leaves)";
	}
}
