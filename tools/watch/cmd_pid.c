// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx pid - which container a process is in, and its pid there
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/parse.h"
#include "verbs/cmd.h"

/** struct process - what its status says */
struct process {
	char name[80];
	uint64_t ctid, vpid;	/* 0: the host's own */
};

/* Return: false where there is no such process. */
static bool read_status(uint64_t pid, struct process *p)
{
	char path[64], line[512];
	FILE *f;

	*p = (struct process){ .vpid = pid };
	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/status", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "Name:\t", 6))
			escape_bytes(line + 6, p->name, sizeof(p->name));
		else if (!strncmp(line, "envID:\t", 7))
			p->ctid = strtoull(line + 7, NULL, 10);
		else if (!strncmp(line, "VPid:\t", 6))
			p->vpid = strtoull(line + 6, NULL, 10);
	}
	fclose(f);
	return *p->name;
}

int cmd_pid(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt = getopt_long(argc, argv, ":h", opts, NULL), ret = EXIT_OK;
	struct process p;

	if (opt == 'h') {
		verb_help(verb);
		printf("A line for each: its pid on the host, the CTID of its container (0: the host), its\n"
		       "pid there, and its name. The exit status is 1 if one of them is no process.\n");
		return EXIT_OK;
	}
	if (opt >= 0)
		return verb_badopt(opt, argv);
	if (optind == argc)
		return msg_usage(verb->name, "a pid is missing");
	printf("%10s %10s %10s %s\n", "PID", "CTID", "VPID", "NAME");
	for (; optind < argc; optind++) {
		uint64_t pid;

		if (!parse_u64(argv[optind], INT32_MAX, &pid) || !read_status(pid, &p))
			ret = msg_fail(0, NULL, "find the process %s", argv[optind]);
		else
			printf("%10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %s\n", pid, p.ctid,
			       p.vpid, p.name);
	}
	return ret;
}
