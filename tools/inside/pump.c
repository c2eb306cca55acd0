// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - carrying bytes from one descriptor to another
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inside/pump.h"

bool pump_seekable(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode);
}

/* Return: another description of the pipe at @fd, or @fd itself. */
static int reopen(int fd)
{
	char path[32];
	struct stat st;
	int again;

	if (fstat(fd, &st) || !S_ISFIFO(st.st_mode))
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return again < 0 ? fd : again;
}

void pump_init(struct pump *p, int from, int to, bool inwards, bool own)
{
	p->from = from;
	p->to = inwards ? to : reopen(to);
	p->reopened = p->to != to;
	p->inwards = inwards;
	p->own = own;
	p->unread = false;
	p->err = 0;
	p->eot = -1;
	p->whole = inwards || p->reopened || pump_seekable(to);
	p->off = p->len = 0;
}

static void shut(struct pump *p)
{
	int *ours = p->inwards ? &p->to : &p->from;

	/* Who writes on there, or reads, learns that nobody is left. */
	if (p->own && *ours >= 0)
		close(*ours);
	*ours = -1;
}

void pump_close(struct pump *p)
{
	shut(p);
	if (p->reopened && p->to >= 0)
		close(p->to);
	p->from = p->to = -1;
}

/*
 * A shell that makes its terminal ready drops what was typed before, a ^D too,
 * hence again and again: whoever reads after the end of a file meets the end.
 */
bool pump_type_eot(struct pump *p)
{
	static const char eot = 4;

	if (p->from >= 0 || p->eot < 0)
		return false;
	if (write(p->eot, &eot, 1) < 0 && errno != EAGAIN)
		p->eot = -1;
	return p->eot >= 0;
}

static void ended(struct pump *p)
{
	pump_close(p);
	p->len = 0;
	pump_type_eot(p);
}

static bool again(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static bool fill(struct pump *p)
{
	ssize_t n = read(p->from, p->buf, sizeof(p->buf));

	if (again(n))
		return false;
	p->off = 0;
	p->len = n < 0 ? 0 : n;
	/* A pty whose other end is closed reads as EIO. */
	if (n <= 0)
		ended(p);
	return true;
}

static bool empty(struct pump *p)
{
	size_t max = p->whole ? p->len : PIPE_BUF;
	ssize_t n = write(p->to, p->buf + p->off, p->len < max ? p->len : max);

	if (again(n))
		return false;
	if (n < 0) {
		p->err = errno == EPIPE || errno == EIO ? 0 : errno;
		p->unread = true;
		ended(p);
		return true;
	}
	p->off += n;
	p->len -= n;
	return true;
}

/* A writer with nothing to write learns only by an error that nobody reads. */
static bool step(struct pump *p, short in, short out)
{
	if (p->len)
		return out && empty(p);
	if (p->inwards && (out & POLLERR)) {
		ended(p);
		return true;
	}
	if (p->from < 0 || !in || !fill(p))
		return false;
	if (p->len && p->whole)
		empty(p);
	return true;
}

bool pump_turn(struct pump *p, int n, int also, int timeout_ms)
{
	struct pollfd pf[2 * PUMPS_MAX + 1];
	bool moved = false;

	for (int i = 0; i < n; i++) {
		bool idle = !p[i].len;

		pf[2 * i] = (struct pollfd){ idle ? p[i].from : -1, POLLIN, 0 };
		pf[2 * i + 1] = (struct pollfd){
			idle && !(p[i].inwards && p[i].own) ? -1 : p[i].to,
			idle ? 0 : POLLOUT, 0 };
	}
	pf[2 * n] = (struct pollfd){ also, POLLIN, 0 };
	if (poll(pf, 2 * n + 1, timeout_ms) <= 0)
		return false;
	for (int i = 0; i < n; i++)
		moved |= step(&p[i], pf[2 * i].revents, pf[2 * i + 1].revents);
	return moved || pf[2 * n].revents;
}

/* Return: false when @also is ready or patience is at its end. */
static bool flush(struct pump *p, int also, int patience_ms)
{
	while (p->len) {
		struct pollfd pf[] = {
			{ p->to, POLLOUT, 0 }, { also, POLLIN, 0 },
		};

		int n = poll(pf, 2, patience_ms);

		if (n < 0)
			continue;
		if (!n || pf[1].revents)
			return false;
		if (pf[0].revents)
			empty(p);
	}
	return true;
}

void pump_last(struct pump *p, int also, size_t max, int patience_ms)
{
	int n;

	/* Of a terminal it does not count what is on its way to be read. */
	if (p->from >= 0 && !ioctl(p->from, FIONREAD, &n) && !isatty(p->from))
		max = n;
	while (flush(p, also, patience_ms) && p->from >= 0 && max) {
		if (!fill(p) || p->from < 0)
			break;
		if (p->len > max)
			p->len = max;
		max -= p->len;
	}
}

void pump_give_back(const struct pump *p, int file, int pipe)
{
	int n;

	if (!ioctl(pipe, FIONREAD, &n))
		lseek(file, -(off_t)(n + p->len), SEEK_CUR);
}
