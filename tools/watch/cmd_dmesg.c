// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx dmesg - what the kernel's log says of a container
 *
 * Its own lines, and those about tasks that were killed in its cgroup for lack of
 * memory. A task's name may be anything, so it is looked at in no line.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg.h"
#include "verbs/cmd.h"

/** struct concern - what makes a line one of the container's */
struct concern {
	char prefix[32];	/* of the module's lines */
	char cgroup[32];	/* where it stands in a line, a separator follows */
	long killed;		/* pid of a task that the last line was about, or 0 */
};

static bool names_cgroup(const struct concern *c, const char *text)
{
	const char *at = text, *name = strstr(text, ",task=");

	while ((at = strstr(at, c->cgroup)) && (!name || at < name)) {
		at += strlen(c->cgroup);
		if (strchr(",/ ", *at))
			return true;
	}
	return false;
}

/* The pid behind the name, which may be anything. */
static long pid_in(const char *text)
{
	const char *at = text, *pid = NULL;

	while ((at = strstr(at, ",pid=")))
		pid = at += 5;
	return pid ? strtol(pid, NULL, 10) : 0;
}

/* "oom-kill:..." says whose it is, and the line behind it what becomes of the task. */
static bool concerns(struct concern *c, const char *text)
{
	const char *pid = strstr(text, "Killed process ");
	long killed = c->killed;

	c->killed = 0;
	if (!strncmp(text, c->prefix, strlen(c->prefix)))
		return true;
	if (!strncmp(text, "oom-kill:", 9) && names_cgroup(c, text)) {
		c->killed = pid_in(text);
		return true;
	}
	return killed && pid && strtol(pid + 15, NULL, 10) == killed;
}

/* A record: "level,number,microseconds,flags;text", and lines that we leave out. */
static void show(struct concern *c, char *record)
{
	char *text = strchr(record, ';');
	uint64_t us = 0;

	if (!text)
		return;
	*text++ = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (sscanf(record, "%*u,%*u,%" SCNu64, &us) == 1 && concerns(c, text))
		printf("[%5" PRIu64 ".%06" PRIu64 "] %s\n", us / 1000000, us % 1000000, text);
}

/* EPIPE: records were overwritten before they were read. */
static int show_all(struct concern *c, int fd)
{
	char record[8192];
	ssize_t n;

	while ((n = read(fd, record, sizeof(record) - 1)) >= 0 || errno == EPIPE ||
	       errno == EINTR) {
		if (n <= 0)
			continue;
		record[n] = '\0';
		show(c, record);
	}
	return errno == EAGAIN ? EXIT_OK : msg_fail(errno, NULL, "read /dev/kmsg");
}

int cmd_dmesg(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt = getopt_long(argc, argv, ":h", opts, NULL), ret, fd;
	struct concern c = { 0 };
	uint32_t ctid;

	if (opt == 'h') {
		verb_help(verb);
		printf("What the module has logged of it, and who was killed for lack of memory.\n");
		return EXIT_OK;
	}
	if (opt >= 0)
		return verb_badopt(opt, argv);
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	snprintf(c.prefix, sizeof(c.prefix), "vzctx: CT %u: ", ctid);
	snprintf(c.cgroup, sizeof(c.cgroup), "memcg=/vz/%u", ctid);
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return msg_fail(errno, NULL, "open /dev/kmsg");
	ret = show_all(&c, fd);
	close(fd);
	return ret;
}
