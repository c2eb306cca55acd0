/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - addresses, and sockets in the networks of processes
 */
#ifndef _SELFTESTS_NET_H
#define _SELFTESTS_NET_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>

#include "world.h"

#define PORT	7777

/* A line of shell; its exit status. */
__attribute__((format(printf, 1, 2)))
static inline int sh(const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int st;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	st = system(line);
	return WIFEXITED(st) ? WEXITSTATUS(st) : -1;
}

/* An address as the module takes it. */
static inline struct in6_addr ip_of(const char *text)
{
	struct in6_addr ip = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	if (inet_pton(AF_INET, text, &ip.s6_addr[12]) != 1)
		inet_pton(AF_INET6, text, &ip);
	return ip;
}

static inline int vz_ip(struct genl *g, int cmd, uint32_t ctid, const char *text)
{
	struct in6_addr ip = ip_of(text);
	struct msg m;

	msg_init(&m, g->family, cmd, 0);
	msg_u32(&m, VZCTX_A_CTID, ctid);
	msg_put(&m, VZCTX_A_IP, &ip, sizeof(ip));
	return genl_talk(g, &m, NULL, NULL);
}

#define give(g, ctid, text)	vz_ip(g, VZCTX_CMD_IP_ADD, ctid, text)
#define take(g, ctid, text)	vz_ip(g, VZCTX_CMD_IP_DEL, ctid, text)

/* Goes to the network of a process. */
static inline int enter_net(pid_t pid)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ret = fd < 0 ? -1 : setns(fd, CLONE_NEWNET);
	close(fd);
	return ret;
}

/* A socket made in the network of @pid, or of the host; it stays there. */
static inline int socket_in(pid_t pid, int family, int type, int protocol)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd = -1;

	if (home >= 0 && (!pid || !enter_net(pid)))
		fd = socket(family, type | SOCK_CLOEXEC, protocol);
	if (home < 0 || setns(home, CLONE_NEWNET))
		exit(1);
	close(home);
	return fd;
}

static inline struct sockaddr_in6 to6(const char *text)
{
	return (struct sockaddr_in6) {
		.sin6_family = AF_INET6, .sin6_port = htons(PORT),
		.sin6_addr = ip_of(text),
	};
}

static inline bool ready(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 1000 * DEADLINE_S) == 1;
}

/* A figure of the device in the network of @pid, or of the host. */
static inline long stat_of(pid_t pid, const char *name)
{
	char line[160], text[32] = "";
	FILE *f;

	snprintf(line, sizeof(line),
		 "nsenter --net=/proc/%d/ns/net ip -s -s -j link show dev venet0 | jq '.[0].stats64.%s'",
		 pid ? pid : getpid(), name);
	f = popen(line, "re");
	if (!f || !fgets(text, sizeof(text), f))
		return -1;
	pclose(f);
	return atol(text);
}

#endif /* _SELFTESTS_NET_H */
