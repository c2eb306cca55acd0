// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the socket between a keeper and who uses its console
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "console/consock.h"

static void address(struct sockaddr_un *sa, uint32_t ctid, const char *suffix)
{
	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(sa->sun_path, sizeof(sa->sun_path),
		 CONSOLE_DIR "/%u.console%s", ctid, suffix);
}

int consock_listen(uint32_t ctid, ino_t *ino)
{
	struct sockaddr_un tmp, sa;
	struct stat st;
	mode_t mask;
	int fd, ret;

	if (mkdir(CONSOLE_DIR, 0700) && errno != EEXIST)
		return -errno;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	address(&sa, ctid, "");
	address(&tmp, ctid, ".new");
	unlink(tmp.sun_path);
	/* Renamed only once it listens: who finds it can connect. */
	mask = umask(0177);
	ret = bind(fd, (struct sockaddr *)&tmp, sizeof(tmp));
	umask(mask);
	if (ret || listen(fd, 8) || lstat(tmp.sun_path, &st) ||
	    rename(tmp.sun_path, sa.sun_path)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	*ino = st.st_ino;
	return fd;
}

void consock_remove(uint32_t ctid, ino_t ino)
{
	struct sockaddr_un sa;
	struct stat st;

	address(&sa, ctid, "");
	if (!lstat(sa.sun_path, &st) && st.st_ino == ino)
		unlink(sa.sun_path);
}

void consock_forget(uint32_t ctid)
{
	struct sockaddr_un sa;

	address(&sa, ctid, "");
	unlink(sa.sun_path);
}

int consock_connect(uint32_t ctid)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), ret;
	struct sockaddr_un sa;

	if (fd < 0)
		return -errno;
	address(&sa, ctid, "");
	if (!connect(fd, (struct sockaddr *)&sa, sizeof(sa)))
		return fd;
	/* What a killed keeper has left refuses connections. */
	ret = errno == ECONNREFUSED ? -ENOENT : -errno;
	close(fd);
	return ret;
}

int consock_send(int fd, enum con_kind kind, const void *data, size_t len,
		 int flags)
{
	uint8_t letter = kind;
	struct iovec iov[] = {
		{ &letter, 1 }, { (void *)data, len },
	};
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n;

	do {
		n = sendmsg(fd, &mh, flags | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int consock_number(int fd, enum con_kind kind, uint32_t n, int flags)
{
	return consock_send(fd, kind, &n, sizeof(n), flags);
}

int consock_recv(int fd, struct con_packet *p, int flags)
{
	struct iovec iov[] = {
		{ &p->kind, 1 }, { p->data, sizeof(p->data) },
	};
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n = recvmsg(fd, &mh, flags);

	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (!n)
		return -EPIPE;
	p->len = n - 1;
	return 0;
}

uint32_t consock_get(const struct con_packet *p)
{
	uint32_t n = 0;

	if (p->len == sizeof(n))
		memcpy(&n, p->data, sizeof(n));
	return n;
}
