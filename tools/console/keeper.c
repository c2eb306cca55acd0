// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - who stays with a container
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/consock.h"
#include "console/keeper.h"
#include "console/kill_session.h"
#include "lib/until.h"

#define RING		65536U
/* How long a client that takes nothing may hold up the container's output. */
#define STALL_MS	1000
/* A console without another end is looked at again after this. */
#define HANGUP_MS	100
/* For what is still to be said once the init has ended. */
#define FAREWELL_MS	2000
/* More than a birth has of it. */
#define STACK_MAX	(1UL << 20)

struct keeper {
	uint32_t ctid;
	pid_t init;
	struct sak_space space;
	int master, slave;
	int server;
	int caller;		/* connected, has not yet said what for */
	int client;		/* attached */
	pid_t caller_pid, client_pid;
	bool hup;		/* the master reads as EIO */
	bool stalled;		/* the client is not waited for any more */
	int64_t full_since;	/* ms; 0: there is room */
	uint64_t head, sent;	/* written to the ring, sent to the client */
	size_t off, len;	/* typed and not yet taken by the master */
	struct con_packet in;
	char ring[RING];
};

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void detach(struct keeper *k)
{
	shut(&k->client);
	k->stalled = false;
	k->full_since = 0;
}

static bool is_full(const struct keeper *k)
{
	return k->client >= 0 && !k->stalled && k->head - k->sent >= RING;
}

/* Return: true if bytes came. */
static bool from_master(struct keeper *k)
{
	size_t at = k->head % RING, room = RING - at;
	ssize_t n;

	if (k->client >= 0 && !k->stalled && room > RING - (k->head - k->sent))
		room = RING - (k->head - k->sent);
	if (!room)
		return false;
	n = read(k->master, k->ring + at, room);
	k->hup = !n || (n < 0 && errno != EAGAIN && errno != EINTR);
	if (n <= 0)
		return false;
	k->head += n;
	return true;
}

/* Sends what the ring holds until the client takes no more. */
static void to_client(struct keeper *k)
{
	while (k->client >= 0 && k->sent < k->head) {
		uint64_t behind = k->head - k->sent;
		size_t at, n;
		int ret;

		if (behind > RING) {
			uint64_t lost = behind - RING;

			ret = consock_number(k->client, CON_LOST,
					     lost > UINT32_MAX ? UINT32_MAX : lost,
					     MSG_DONTWAIT);
			n = lost;
		} else {
			at = k->sent % RING;
			n = behind < CON_DATA_MAX ? behind : CON_DATA_MAX;
			n = n < RING - at ? n : RING - at;
			ret = consock_send(k->client, CON_DATA, k->ring + at, n,
					   MSG_DONTWAIT);
		}
		if (ret == -EAGAIN || ret == -ENOBUFS)
			return;
		if (ret) {
			detach(k);
			return;
		}
		k->sent += n;
		k->stalled = false;
		k->full_since = 0;
	}
}

static void to_master(struct keeper *k)
{
	ssize_t n = write(k->master, k->in.data + k->off, k->len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* On a hung up terminal nobody waits for what was typed. */
	k->off += n < 0 ? k->len : (size_t)n;
	k->len -= n < 0 ? k->len : (size_t)n;
}

static void from_client(struct keeper *k)
{
	int ret = consock_recv(k->client, &k->in, MSG_DONTWAIT);
	struct winsize ws = { 0 };
	uint32_t n;

	if (ret == -EAGAIN || ret == -EINTR)
		return;
	if (ret) {
		detach(k);
		return;
	}
	switch (k->in.kind) {
	case CON_DATA:
		k->off = 0;
		k->len = k->in.len;
		to_master(k);
		break;
	case CON_SIZE:
		n = consock_get(&k->in);
		ws.ws_row = n >> 16;
		ws.ws_col = n & 0xffff;
		ioctl(k->master, TIOCSWINSZ, &ws);
		break;
	}
}

static void take_call(struct keeper *k)
{
	int fd = accept4(k->server, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);

	if (fd < 0)
		return;
	/* Ids and pids are those of the host here, whoever the peer is. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) || peer.uid ||
	    peer.pid <= 0 || sak_inside(&k->space, peer.pid)) {
		close(fd);
		return;
	}
	k->caller = fd;
	k->caller_pid = peer.pid;
}

static void attach(struct keeper *k, bool force)
{
	if (k->client >= 0 && !force) {
		consock_number(k->caller, CON_BUSY, k->client_pid, MSG_DONTWAIT);
		shut(&k->caller);
		return;
	}
	if (k->client >= 0)
		consock_number(k->client, CON_TAKEN, k->caller_pid,
			       MSG_DONTWAIT);
	detach(k);
	k->client = k->caller;
	k->client_pid = k->caller_pid;
	k->caller = -1;
	k->len = 0;
	k->sent = k->head < RING ? 0 : k->head - RING;
	if (consock_send(k->client, CON_ATTACHED, NULL, 0, MSG_DONTWAIT))
		detach(k);
	to_client(k);
}

static void answer_call(struct keeper *k)
{
	struct con_packet p;
	int ret = consock_recv(k->caller, &p, MSG_DONTWAIT);

	if (ret == -EAGAIN || ret == -EINTR)
		return;
	if (!ret && (p.kind == CON_ATTACH || p.kind == CON_FORCE)) {
		attach(k, p.kind == CON_FORCE);
		return;
	}
	if (!ret && p.kind == CON_KILL)
		consock_number(k->caller, CON_KILLED,
			       sak_kill(k->master, k->init, &k->space),
			       MSG_DONTWAIT);
	shut(&k->caller);
}

/* Return: how long poll() may wait, ms; -1: for ever. */
static int patience(struct keeper *k)
{
	int64_t left;

	if (!is_full(k))
		return k->hup ? HANGUP_MS : -1;
	if (!k->full_since)
		k->full_since = until_now();
	left = k->full_since + STALL_MS - until_now();
	if (left > 0)
		return left;
	k->stalled = true;
	return 0;
}

/* Return: true when the init has ended. */
static bool turn(struct keeper *k, int pidfd)
{
	int timeout = patience(k);
	bool unsent = k->sent < k->head, full = is_full(k);
	/* A descriptor nothing is wanted of must not wake us with a hangup. */
	struct pollfd pf[] = {
		{ pidfd, POLLIN, 0 },
		{ k->caller < 0 ? k->server : -1, POLLIN, 0 },
		{ k->caller, POLLIN, 0 },
		{ k->len && !unsent ? -1 : k->client,
		  (k->len ? 0 : POLLIN) | (unsent ? POLLOUT : 0), 0 },
		{ k->hup || (full && !k->len) ? -1 : k->master,
		  (full ? 0 : POLLIN) | (k->len ? POLLOUT : 0), 0 },
	};

	if (poll(pf, sizeof(pf) / sizeof(pf[0]), timeout) < 0)
		return false;
	if (pf[4].revents & POLLOUT)
		to_master(k);
	if (k->hup || pf[4].revents & (POLLIN | POLLHUP | POLLERR))
		from_master(k);
	if (!k->len && pf[3].revents & (POLLIN | POLLHUP | POLLERR))
		from_client(k);
	to_client(k);
	if (pf[2].revents)
		answer_call(k);
	if (pf[1].revents & POLLIN)
		take_call(k);
	return pf[0].revents;
}

/* No task of the container is left to write; what it wrote is. */
static void farewell(struct keeper *k, int status)
{
	int64_t end = until_now() + FAREWELL_MS;
	struct pollfd pf;

	k->hup = k->master < 0;
	while (k->client >= 0 && until_now() < end) {
		bool more = !k->hup && from_master(k);

		to_client(k);
		if (!more && k->sent == k->head)
			break;
		pf = (struct pollfd){ k->client, POLLOUT, 0 };
		if (!more)
			poll(&pf, 1, FAREWELL_MS / 10);
	}
	if (k->client >= 0)
		consock_number(k->client, CON_END, status, MSG_DONTWAIT);
}

static void become_keeper(int master)
{
	static const int deaf[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGTTIN,
		SIGTTOU, SIGUSR1, SIGUSR2, SIGALRM,
	};
	sigset_t none;

	prctl(PR_SET_NAME, KEEPER_COMM, 0, 0, 0);
	for (size_t i = 0; i < sizeof(deaf) / sizeof(deaf[0]); i++)
		signal(deaf[i], SIG_IGN);
	/* With SIGCHLD ignored there would be no status to wait for. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Whatever file system the caller stood on can be unmounted. */
	if (chdir("/"))
		return;
	if (master >= 0)
		fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK);
}

/*
 * There is a keeper for each container, and it needs little: what the birth took of
 * the heap, and of the stack below this function, goes back. Not inlined, or what the
 * caller keeps in its frame would be below.
 */
static __attribute__((noinline)) void shed_memory(void)
{
	const uintptr_t page = sysconf(_SC_PAGESIZE);
	uintptr_t here = (uintptr_t)__builtin_frame_address(0) & -page;

	malloc_trim(0);
	/* The call itself has less than two pages. Where no stack is, nothing happens. */
	madvise((void *)(here - STACK_MAX), STACK_MAX - 2 * page, MADV_DONTNEED);
}

int keep(uint32_t ctid, int master, pid_t pid)
{
	static struct keeper k;
	int pidfd, status = 0;
	ino_t ino = 0;

	become_keeper(master);
	shed_memory();
	k = (struct keeper){ .ctid = ctid, .init = pid, .master = master,
			     .slave = -1, .server = -1, .caller = -1,
			     .client = -1 };
	pidfd = pidfd_open(pid, 0);
	/*
	 * One end held open keeps the other from reading as hung up whenever
	 * the last program inside closes the console.
	 */
	if (master >= 0 && !sak_space(pid, &k.space)) {
		k.slave = ioctl(master, TIOCGPTPEER,
				O_RDWR | O_NOCTTY | O_CLOEXEC);
		k.server = consock_listen(ctid, &ino);
	}
	while (pidfd >= 0 && !turn(&k, pidfd))
		;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* Who is told of a reboot must not find this life's socket again. */
	if (k.server >= 0)
		consock_remove(ctid, ino);
	shut(&k.server);
	shut(&k.caller);
	shut(&k.slave);
	farewell(&k, status);
	shut(&k.client);
	shut(&k.master);
	shut(&pidfd);
	return status;
}
