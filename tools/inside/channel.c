// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - between the tool and the task it puts into a context
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inside/channel.h"

int chan_pair(int fds[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) ?
	       -errno : 0;
}

int chan_go(int fd)
{
	return send(fd, "g", 1, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

bool chan_wait_go(int fd)
{
	char c;

	return recv(fd, &c, 1, 0) == 1;
}

static int send_msg(int fd, struct chan_msg *msg)
{
	union {
		struct cmsghdr hdr;
		char space[CMSG_SPACE(sizeof(int))];
	} ctl = { 0 };
	struct iovec iov = { msg, sizeof(*msg) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (msg->fd >= 0) {
		mh.msg_control = &ctl;
		mh.msg_controllen = sizeof(ctl.space);
		ctl.hdr.cmsg_level = SOL_SOCKET;
		ctl.hdr.cmsg_type = SCM_RIGHTS;
		ctl.hdr.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&ctl.hdr), &msg->fd, sizeof(int));
	}
	return sendmsg(fd, &mh, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

void chan_die(int fd, int err, const char *what, const char *object)
{
	struct chan_msg msg = { .kind = CHAN_FAILED, .err = err, .fd = -1 };

	snprintf(msg.what, sizeof(msg.what), "%s", what);
	snprintf(msg.object, sizeof(msg.object), "%s", object);
	send_msg(fd, &msg);
	_exit(err == ENOENT ? 127 : 126);
}

int chan_send_pty(int fd, int pty)
{
	struct chan_msg msg = { .kind = CHAN_PTY, .fd = pty };

	return send_msg(fd, &msg);
}

int chan_send_pid(int fd, pid_t pid)
{
	struct chan_msg msg = { .kind = CHAN_PID, .pid = pid, .fd = -1 };

	return send_msg(fd, &msg);
}

int chan_send_ready(int fd)
{
	struct chan_msg msg = { .kind = CHAN_READY, .fd = -1 };

	return send_msg(fd, &msg);
}

int chan_recv(int fd, struct chan_msg *msg)
{
	union {
		struct cmsghdr hdr;
		char space[CMSG_SPACE(sizeof(int))];
	} ctl = { 0 };
	struct iovec iov = { msg, sizeof(*msg) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1,
			     .msg_control = &ctl,
			     .msg_controllen = sizeof(ctl.space) };
	struct cmsghdr *c;
	ssize_t len;
	int got = -1;

	memset(msg, 0, sizeof(*msg));
	do {
		len = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC);
	} while (len < 0 && errno == EINTR);
	/* A peer that died with our "go" unread resets the pair. */
	if (len < 0 && errno != ECONNRESET)
		return -errno;
	if (len <= 0) {
		*msg = (struct chan_msg){ .kind = CHAN_END, .fd = -1 };
		return 0;
	}
	c = CMSG_FIRSTHDR(&mh);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&got, CMSG_DATA(c), sizeof(int));
	if (len != sizeof(*msg) || (msg->kind == CHAN_PTY) != (got >= 0)) {
		if (got >= 0)
			close(got);
		return -EPROTO;
	}
	msg->fd = got;
	msg->what[sizeof(msg->what) - 1] = '\0';
	msg->object[sizeof(msg->object) - 1] = '\0';
	return 0;
}
