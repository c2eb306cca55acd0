// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx why - the last limits a context hit, and what would lift them
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "modload.h"
#include "msg.h"
#include "parse.h"

struct why {
	uint32_t ctid;
	bool json, running;
	struct vznl *nl;
	struct vz_reslist res;
	struct vz_eventlist hits;
	struct vz_ctx ctx;
};

static int newest_first(const void *a, const void *b)
{
	const struct vz_event *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	return x->failcnt < y->failcnt ? 1 : x->failcnt > y->failcnt ? -1 : 0;
}

/*
 * The smallest figures under which the request would have passed, and a fourth
 * more, since what has grown to its limit grows on. What the limits are by now
 * counts, if it is more.
 */
static void command(const struct why *w, const struct vz_event *ev,
		    const char *resource, char *buf, size_t size)
{
	const struct vz_bc *bc = w->running ? vz_ctx_bc(&w->ctx, ev->id) : NULL;
	uint64_t need = ev->held + ev->wanted, barrier = ev->barrier;
	uint64_t limit = ev->limit;
	char bar[24], lim[24];

	if (bc) {
		barrier = bc->barrier;
		limit = bc->limit;
	}
	if (barrier < need && limit >= need)
		limit = limit > need + need / 4 ? limit : need + need / 4;
	if (barrier < need)
		barrier = need + need / 4;
	if (limit < barrier)
		limit = barrier;
	format_amount(barrier, bar, sizeof(bar));
	format_amount(limit, lim, sizeof(lim));
	snprintf(buf, size, "%s limit %u %s=%s:%s%s", prog_name, w->ctid,
		 resource, bar, lim, w->running ? "" : " --save");
}

/* Whether the limits of today would still refuse that request. */
static bool lifted(const struct why *w, const struct vz_event *ev)
{
	const struct vz_bc *bc = w->running ? vz_ctx_bc(&w->ctx, ev->id) : NULL;
	uint64_t need = ev->held + ev->wanted;

	return bc && bc->barrier >= need && bc->limit >= need;
}

static void print_text(const struct why *w, const struct vz_event *ev,
		       const struct vz_res *r, const char *comm, bool first)
{
	char when[32] = "?", held[24], wanted[24], bar[24], lim[24], cmd[128];
	time_t sec = ev->time / 1000000000;
	struct tm tm;

	if (localtime_r(&sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	format_scaled(ev->held, r->unit, held, sizeof(held));
	format_scaled(ev->wanted, r->unit, wanted, sizeof(wanted));
	format_scaled(ev->barrier, r->unit, bar, sizeof(bar));
	format_scaled(ev->limit, r->unit, lim, sizeof(lim));
	printf("%s %s: %s more refused to ", when, r->name, wanted);
	if (ev->pid)
		printf("%s (pid %u)", comm, ev->pid);
	else
		printf("nobody in particular");
	printf(", %s held, barrier %s, limit %s; failure %" PRIu64 "%s\n",
	       held, bar, lim, ev->failcnt,
	       ev->action == VZCTX_ACTION_KILL ? "; killed for it" :
	       ev->action == VZCTX_ACTION_FREEZE ? "; frozen for it" : "");
	if (!first)
		return;
	command(w, ev, r->name, cmd, sizeof(cmd));
	if (lifted(w, ev))
		printf("    lifted since\n");
	else
		printf("    %s\n", cmd);
}

static json_t *make_json(const struct why *w, const struct vz_event *ev,
			 const struct vz_res *r, const char *comm)
{
	static const char *const words[] = { "notify", "freeze", "kill" };
	char cmd[128];

	command(w, ev, r->name, cmd, sizeof(cmd));
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:b, s:s}",
			 "resource", r->name, "time_ns", (json_int_t)ev->time,
			 "held", (json_int_t)ev->held,
			 "wanted", (json_int_t)ev->wanted,
			 "barrier", (json_int_t)ev->barrier,
			 "limit", (json_int_t)ev->limit,
			 "failcnt", (json_int_t)ev->failcnt,
			 "pid", (json_int_t)ev->pid, "comm", comm, "action",
			 words[ev->action <= VZCTX_ACTION_KILL ? ev->action : 0],
			 "lifted", lifted(w, ev), "command", cmd);
}

static int print(struct why *w)
{
	json_t *list = w->json ? json_array() : NULL;
	uint64_t seen = 0;

	if (w->hits.n)
		qsort(w->hits.v, w->hits.n, sizeof(*w->hits.v), newest_first);
	else if (!w->json)
		printf("CT %u: no request was refused\n", w->ctid);
	for (size_t i = 0; i < w->hits.n; i++) {
		const struct vz_event *ev = &w->hits.v[i];
		const struct vz_res *r = res_by_id(&w->res, ev->id);
		char comm[4 * VZCTX_COMM_LEN + 1];

		if (!r || ev->id >= 64)
			continue;
		escape(ev->comm, comm, sizeof(comm));
		if (w->json)
			json_array_append_new(list, make_json(w, ev, r, comm));
		else
			print_text(w, ev, r, comm, !(seen & 1ULL << ev->id));
		seen |= 1ULL << ev->id;
	}
	if (w->json) {
		json_t *top = json_pack("{s:I, s:o}", "ctid",
					(json_int_t)w->ctid, "why", list);

		json_dumpf(top, stdout, JSON_INDENT(3));
		putchar('\n');
		json_decref(top);
	}
	return fflush(stdout) ? msg_fail(errno, NULL, "write the answer") :
				EXIT_OK;
}

static int ask(struct why *w)
{
	int ret = vznl_res(w->nl, &w->res);

	if (!ret)
		ret = vznl_why(w->nl, w->ctid, &w->hits);
	if (!ret) {
		ret = vznl_get(w->nl, w->ctid, &w->ctx);
		w->running = !ret;
		if (ret == -ENOENT)
			ret = 0;
	}
	return ret ? msg_fail(-ret, vznl_sentence(w->nl),
			      "tell why CT %u was refused", w->ctid) : EXIT_OK;
}

int cmd_why(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "json", no_argument, NULL, 'J' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct why w = { 0 };
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":h", opts, NULL)) >= 0) {
		if (opt == 'J') {
			w.json = true;
		} else if (opt == 'h') {
			verb_help(argv[0]);
			printf("      --json            JSON, raw integers\n");
			return EXIT_OK;
		} else {
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &w.ctid);
	if (!ret)
		ret = modload_open(vznl_open, &w.nl);
	if (ret)
		return ret;
	ret = ask(&w);
	if (!ret)
		ret = print(&w);
	vz_eventlist_free(&w.hits);
	vz_ctx_free(&w.ctx);
	vz_reslist_free(&w.res);
	vznl_close(w.nl);
	return ret;
}
