// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx stop - end a context and wait until it is gone
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "cmd.h"
#include "modload.h"
#include "msg.h"
#include "parse.h"
#include "running.h"

#define DEFAULT_TIMEOUT_S	30

/* The name is the context's own choice and decides only about the signal. */
static int polite_signal(pid_t pid)
{
	char path[64], comm[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	if (f) {
		if (!fgets(comm, sizeof(comm), f))
			comm[0] = '\0';
		fclose(f);
	}
	return strcmp(comm, "systemd\n") ? SIGTERM : SIGRTMIN + 3;
}

/* Return: true when the init has ended in time. */
static bool ask(int pidfd, pid_t pid, int timeout_s)
{
	struct pollfd pf = { pidfd, POLLIN, 0 };

	if (pidfd_send_signal(pidfd, polite_signal(pid), NULL, 0))
		return errno == ESRCH;
	return poll(&pf, 1, timeout_s * 1000) > 0;
}

static int stop(struct vznl *nl, uint32_t ctid, bool fast, int timeout_s)
{
	struct vz_ctx c;
	char intent[32];
	int pidfd, ret;

	snprintf(intent, sizeof(intent), "stop CT %u", ctid);
	ret = running_get(nl, ctid, intent, &c, &pidfd);
	if (ret)
		return ret;
	vz_ctx_free(&c);
	if (!fast && !ask(pidfd, c.pid, timeout_s)) {
		msg_note("CT %u did not stop within %d s; killing it", ctid,
			 timeout_s);
		fast = true;
	}
	close(pidfd);

	ret = fast ? vznl_destroy(nl, ctid) : 0;
	if (ret && ret != -ENOENT)
		return msg_fail(-ret, vznl_sentence(nl), "stop CT %u", ctid);
	ret = running_wait_gone(nl, ctid, c.since);
	if (ret)
		return msg_fail(-ret, ret == -ETIMEDOUT ? "its tasks do not end" :
				vznl_sentence(nl), "stop CT %u", ctid);
	running_clean_up(nl, ctid);
	return EXIT_OK;
}

int cmd_stop(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "fast", no_argument, NULL, 'f' },
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	uint64_t timeout = DEFAULT_TIMEOUT_S;
	bool fast = false;
	struct vznl *nl;
	uint32_t ctid;
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":h", opts, NULL)) >= 0) {
		switch (opt) {
		case 'f':
			fast = true;
			break;
		case 't':
			if (!parse_u64(optarg, 86400, &timeout))
				return msg_usage(argv[0], "\"%s\" is no time in seconds",
						 optarg);
			break;
		case 'h':
			verb_help(argv[0]);
			printf("  --fast       kill it at once\n"
			       "  --timeout S  kill it after S seconds (default %d)\n\n"
			       "The init is asked by SIGRTMIN+3 if it is systemd, else by SIGTERM.\n",
			       DEFAULT_TIMEOUT_S);
			return EXIT_OK;
		default:
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	ret = modload_open(vznl_open, &nl);
	if (ret)
		return ret;
	ret = stop(nl, ctid, fast, timeout);
	vznl_close(nl);
	return ret;
}
