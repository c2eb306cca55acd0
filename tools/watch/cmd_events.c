// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx events - follow starts, stops, refused requests, kills and forged packets
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/jsonamount.h"
#include "lib/msg.h"
#include "lib/parse.h"
#include "lib/until.h"
#include "limit/onlimit.h"
#include "module/modload.h"
#include "net/ip.h"
#include "verbs/cmd.h"
#include "watch/journal.h"

struct events {
	struct vz_reslist res;
	bool json, journal, failed;
	uint64_t count, seen;	/* count 0: no end */
};

static const char *type_word(uint32_t type)
{
	switch (type) {
	case VZCTX_EVENT_START: return "start";
	case VZCTX_EVENT_STOP: return "stop";
	case VZCTX_EVENT_LIMIT: return "limit";
	case VZCTX_EVENT_KILL: return "kill";
	case VZCTX_EVENT_SPOOF: return "spoof";
	default: return "unknown";
	}
}

static void print_text(const struct vz_event *ev, const char *resource,
		       const char *comm)
{
	time_t sec = ev->time / 1000000000;
	char when[32] = "?", bar[24], lim[24], from[IP_TEXT], to[IP_TEXT];
	struct tm tm;

	if (localtime_r(&sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("%s %u %s", when, ev->ctid, type_word(ev->type));
	if (ev->type == VZCTX_EVENT_LIMIT || ev->type == VZCTX_EVENT_KILL) {
		format_amount(ev->barrier, bar, sizeof(bar));
		format_amount(ev->limit, lim, sizeof(lim));
		printf(" %s held=%" PRIu64 " barrier=%s limit=%s failcnt=%" PRIu64
		       " wanted=%" PRIu64 " pid=%u comm=%s dropped=%" PRIu64
		       " action=%s",
		       resource, ev->held, bar, lim, ev->failcnt, ev->wanted,
		       ev->pid, comm, ev->dropped, onlimit_word(ev->action));
	}
	if (ev->type == VZCTX_EVENT_SPOOF)
		printf(" from=%s to=%s dropped=%" PRIu64,
		       ip_text(&ev->from, from), ip_text(&ev->to, to),
		       ev->dropped);
	putchar('\n');
}

static void print_json(const struct vz_event *ev, const char *resource,
		       const char *comm)
{
	json_t *o = json_pack("{s:s, s:I, s:I}", "type", type_word(ev->type),
			      "ctid", (json_int_t)ev->ctid,
			      "time_ns", (json_int_t)ev->time);
	char ip[IP_TEXT];

	if (o && (ev->type == VZCTX_EVENT_LIMIT ||
		  ev->type == VZCTX_EVENT_KILL)) {
		json_object_set_new(o, "resource", json_string(resource));
		json_object_set_new(o, "held", json_integer(ev->held));
		json_object_set_new(o, "barrier", json_amount(ev->barrier));
		json_object_set_new(o, "limit", json_amount(ev->limit));
		json_object_set_new(o, "failcnt", json_integer(ev->failcnt));
		json_object_set_new(o, "wanted", json_integer(ev->wanted));
		json_object_set_new(o, "pid", json_integer(ev->pid));
		json_object_set_new(o, "comm", json_string(comm));
		json_object_set_new(o, "dropped", json_integer(ev->dropped));
		json_object_set_new(o, "action",
				    json_string(onlimit_word(ev->action)));
	}
	if (o && ev->type == VZCTX_EVENT_SPOOF) {
		json_object_set_new(o, "from", json_string(ip_text(&ev->from, ip)));
		json_object_set_new(o, "to", json_string(ip_text(&ev->to, ip)));
		json_object_set_new(o, "dropped", json_integer(ev->dropped));
	}
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static void on_event(const struct vz_event *ev, void *arg)
{
	char comm[4 * VZCTX_COMM_LEN + 1], name[16];
	struct events *e = arg;
	const struct vz_res *r;

	if (e->count && e->seen == e->count)
		return;
	e->seen++;
	r = res_by_id(&e->res, ev->id);
	snprintf(name, sizeof(name), "%u", ev->id);
	escape(ev->comm, comm, sizeof(comm));
	if (e->journal)
		journal_event(ev, r, comm);
	else if (e->json)
		print_json(ev, r ? r->name : name, comm);
	else
		print_text(ev, r ? r->name : name, comm);
	if (fflush(stdout))
		e->failed = true;
}

static void on_lost(const struct events *e)
{
	puts(e->json ? "{\"type\":\"lost\"}" : "events lost by this listener");
	fflush(stdout);
}

/* @timeout_s: UINT64_MAX for none. */
static int follow(struct vznl *nl, struct events *e, uint64_t timeout_s)
{
	int64_t end = timeout_s == UINT64_MAX ? INT64_MAX :
		      until_now() + (int64_t)timeout_s * 1000;
	struct pollfd pf = { vznl_events_fd(nl), POLLIN, 0 };

	for (;;) {
		int ret = vznl_events_read(nl, on_event, e);
		int64_t left;

		if (ret == -ENOBUFS) {
			on_lost(e);
			continue;
		}
		if (ret)
			return msg_fail(-ret, NULL, "read events");
		if (e->failed)
			return msg_fail(errno, NULL, "write events");
		if (e->count && e->seen == e->count)
			return EXIT_OK;
		left = end == INT64_MAX ? -1 : end - until_now();
		if (end != INT64_MAX && left <= 0)
			return EXIT_FAILED;
		poll(&pf, 1, left > INT_MAX ? INT_MAX : (int)left);
	}
}

static int run(struct events *e, uint64_t timeout_s, int ready_fd)
{
	struct vznl *nl, *listener;
	int ret = modload_open(vznl_open, &nl, &msg_report);

	if (ret)
		return ret;
	ret = vznl_res(nl, &e->res);
	if (ret)
		ret = msg_fail(-ret, vznl_sentence(nl),
			       "list the kernel's resources");
	vznl_close(nl);
	if (!ret)
		ret = modload_open(vznl_events_open, &listener, &msg_report);
	if (ret)
		return ret;
	if (ready_fd >= 0 && write(ready_fd, "r", 1) != 1)
		ret = msg_fail(errno, NULL, "write to --ready-fd %d", ready_fd);
	else
		ret = follow(listener, e, timeout_s);
	vznl_close(listener);
	return ret;
}

int cmd_events(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "follow", no_argument, NULL, 'f' },
		{ "count", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'J' },
		{ "journal", no_argument, NULL, 'j' },
		{ "ready-fd", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	uint64_t timeout_s = UINT64_MAX, fd = UINT64_MAX;
	struct events e = { 0 };
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":h", opts, NULL)) >= 0) {
		bool good = true;

		switch (opt) {
		case 'f':
			break;
		case 'c':
			good = parse_u64(optarg, INT64_MAX, &e.count) && e.count;
			break;
		case 't':
			good = parse_u64(optarg, INT_MAX, &timeout_s);
			break;
		case 'J':
			e.json = true;
			break;
		case 'j':
			e.journal = true;
			break;
		case 'r':
			good = parse_u64(optarg, INT_MAX, &fd);
			break;
		case 'h':
			verb_help(verb);
			printf("  --count N     end after N events\n"
			       "  --timeout S   end after S seconds, with exit status 1\n"
			       "  --follow      go on until stopped (default)\n"
			       "  --json        one JSON object per line\n"
			       "  --journal     into the system's journal, with a field for each figure\n"
			       "  --ready-fd N  write one byte to descriptor N once listening\n");
			return EXIT_OK;
		default:
			return verb_badopt(opt, argv);
		}
		if (!good)
			return msg_usage(argv[0], "\"%s\" is out of range",
					 optarg);
	}
	if (optind < argc)
		return msg_usage(argv[0], "unexpected word \"%s\"",
				 argv[optind]);
	if (e.journal) {
		ret = journal_open();
		if (ret)
			return msg_fail(-ret, ret == -ENOENT ?
					"libsystemd.so.0 is not installed" :
					NULL, "write to the journal");
	}
	ret = run(&e, timeout_s, fd == UINT64_MAX ? -1 : (int)fd);
	vz_reslist_free(&e.res);
	return ret;
}
