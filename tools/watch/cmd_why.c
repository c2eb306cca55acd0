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

#include <linux/beancounter.h>

#include "conf/ubcname.h"
#include "lib/jsonamount.h"
#include "lib/msg.h"
#include "lib/parse.h"
#include "limit/onlimit.h"
#include "module/modload.h"
#include "verbs/cmd.h"

struct why {
	uint32_t ctid;
	bool json, running;
	struct vznl *nl;
	struct vz_reslist res;
	struct vz_eventlist hits;
	struct vz_ctx ctx;	/* running, or as it ended, if that is known */
};

/** struct cure - what would have helped */
struct cure {
	bool lifted;		/* it has been done since */
	char command[128];	/* empty if no limit was in the way */
};

static int newest_first(const void *a, const void *b)
{
	const struct vz_event *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	return x->failcnt < y->failcnt ? 1 : x->failcnt > y->failcnt ? -1 : 0;
}

static uint64_t and_a_quarter(uint64_t v)
{
	return v > VZCTX_UNLIMITED / 5 * 4 ? VZCTX_UNLIMITED : v + v / 4;
}

static void command(const struct why *w, const char *resource,
		    uint64_t barrier, uint64_t limit, struct cure *cure)
{
	char bar[24], lim[24];

	format_amount(barrier, bar, sizeof(bar));
	format_amount(limit, lim, sizeof(lim));
	snprintf(cure->command, sizeof(cure->command), "%s limit %u %s=%s:%s%s",
		 prog_name, w->ctid, resource, bar, lim,
		 w->running ? "" : " --save");
}

/* What the kernel killed for is the limit of physpages, or the whole host. */
static void cure_kill(const struct why *w, struct cure *cure)
{
	const struct vz_bc *bc = vz_ctx_bc(&w->ctx, UB_PHYSPAGES);

	if (bc && bc->limit != VZCTX_UNLIMITED)
		command(w, ubc_name(UB_PHYSPAGES), bc->barrier, and_a_quarter(bc->limit),
			cure);
}

static uint64_t need_of(const struct vz_event *ev)
{
	return ev->held + ev->wanted;
}

/*
 * The smallest figures under which what needs @need would have passed, and a fourth
 * more, since what has grown to its limit grows on. What the limits are by now
 * counts, if it is more.
 */
static void find_cure(const struct why *w, const struct vz_event *ev,
		      const char *resource, uint64_t need, struct cure *cure)
{
	const struct vz_bc *bc = w->running ? vz_ctx_bc(&w->ctx, ev->id) : NULL;
	uint64_t barrier = ev->barrier, limit = ev->limit;

	*cure = (struct cure){ 0 };
	if (ev->type == VZCTX_EVENT_KILL) {
		cure_kill(w, cure);
		return;
	}
	if (bc) {
		barrier = bc->barrier;
		limit = bc->limit;
		cure->lifted = barrier >= need && limit >= need;
	}
	if (barrier < need && limit >= need && limit < and_a_quarter(need))
		limit = and_a_quarter(need);
	if (barrier < need)
		barrier = and_a_quarter(need);
	if (limit < barrier)
		limit = barrier;
	command(w, resource, barrier, limit, cure);
}

static void print_limits(const struct vz_bc *bc, const struct vz_event *ev,
			 uint32_t unit)
{
	char bar[24], lim[24];

	format_scaled(bc ? bc->barrier : ev->barrier, unit, bar, sizeof(bar));
	format_scaled(bc ? bc->limit : ev->limit, unit, lim, sizeof(lim));
	printf("barrier %s, limit %s", bar, lim);
}

/* @same: its limits are those that were told already */
static void print_hit(const struct vz_event *ev, uint32_t unit, bool same)
{
	char when[32] = "?", held[24], wanted[24];
	char comm[4 * VZCTX_COMM_LEN + 1];
	time_t sec = ev->time / 1000000000;
	struct tm tm;

	if (localtime_r(&sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	escape(ev->comm, comm, sizeof(comm));
	format_scaled(ev->held, unit, held, sizeof(held));
	format_scaled(ev->wanted, unit, wanted, sizeof(wanted));
	printf("  %s  ", when);
	if (ev->pid)
		printf("%s (pid %u)", comm, ev->pid);
	else
		printf("nobody in particular");
	if (ev->type == VZCTX_EVENT_KILL)
		printf(" was killed, %s held", held);
	else
		printf(" wanted %s more, %s held", wanted, held);
	if (!same) {
		printf(", ");
		print_limits(NULL, ev, unit);
	}
	printf("%s\n", ev->action == VZCTX_ACTION_KILL ? "; killed for it" :
	       ev->action == VZCTX_ACTION_FREEZE ? "; frozen for it" : "");
}

/* The hits of one resource, of which @first is the newest. */
static void print_resource(const struct why *w, const struct vz_res *r,
			   size_t first)
{
	const struct vz_event *newest = &w->hits.v[first];
	bool kill = newest->type == VZCTX_EVENT_KILL;
	uint64_t need = 0;
	struct cure cure;

	printf("%s: %" PRIu64 " %s%s ", r->name, newest->failcnt,
	       kill ? "task" : "request", newest->failcnt == 1 ? "" : "s");
	if (kill) {
		printf("killed for lack of memory\n");
	} else {
		printf("refused, ");
		print_limits(NULL, newest, r->unit);
		putchar('\n');
	}
	for (size_t i = first; i < w->hits.n; i++) {
		const struct vz_event *ev = &w->hits.v[i];

		if (ev->id != newest->id)
			continue;
		print_hit(ev, r->unit, kill ||
			  (ev->barrier == newest->barrier &&
			   ev->limit == newest->limit));
		if (need_of(ev) > need)
			need = need_of(ev);
	}
	find_cure(w, newest, r->name, need, &cure);
	if (cure.lifted) {
		printf("  lifted since: ");
		print_limits(vz_ctx_bc(&w->ctx, newest->id), newest, r->unit);
		putchar('\n');
	} else if (*cure.command) {
		printf("  to lift it:\n    %s\n", cure.command);
	} else {
		printf("  no limit was in the way: the host had no memory left\n");
	}
}

static json_t *make_json(const struct why *w, const struct vz_event *ev,
			 const struct vz_res *r)
{
	char comm[4 * VZCTX_COMM_LEN + 1];
	struct cure cure;

	escape(ev->comm, comm, sizeof(comm));
	find_cure(w, ev, r->name, need_of(ev), &cure);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:s, s:s, s:b, s:s?}",
			 "type", ev->type == VZCTX_EVENT_KILL ? "kill" : "limit",
			 "resource", r->name, "time_ns", (json_int_t)ev->time,
			 "held", (json_int_t)ev->held,
			 "wanted", (json_int_t)ev->wanted,
			 "barrier", json_amount(ev->barrier),
			 "limit", json_amount(ev->limit),
			 "failcnt", (json_int_t)ev->failcnt,
			 "pid", (json_int_t)ev->pid, "comm", comm, "action",
			 onlimit_word(ev->action), "lifted", cure.lifted,
			 "command", *cure.command ? cure.command : NULL);
}

static void print_json(const struct why *w)
{
	json_t *list = json_array(), *top;

	for (size_t i = 0; i < w->hits.n; i++) {
		const struct vz_res *r = res_by_id(&w->res, w->hits.v[i].id);

		if (r)
			json_array_append_new(list,
					      make_json(w, &w->hits.v[i], r));
	}
	top = json_pack("{s:I, s:o}", "ctid", (json_int_t)w->ctid, "why", list);
	json_dumpf(top, stdout, JSON_INDENT(3));
	putchar('\n');
	json_decref(top);
}

static void print_text(const struct why *w)
{
	uint64_t seen = 0;

	if (!w->hits.n)
		printf("CT %u: no request was refused\n", w->ctid);
	for (size_t i = 0; i < w->hits.n; i++) {
		uint32_t id = w->hits.v[i].id;
		const struct vz_res *r = res_by_id(&w->res, id);

		if (!r || id >= 64 || seen & 1ULL << id)
			continue;
		print_resource(w, r, i);
		seen |= 1ULL << id;
	}
}

static int print(struct why *w)
{
	if (w->hits.n)
		qsort(w->hits.v, w->hits.n, sizeof(*w->hits.v), newest_first);
	if (w->json)
		print_json(w);
	else
		print_text(w);
	return fflush(stdout) ? msg_fail(errno, NULL, "write the answer") :
				EXIT_OK;
}

/* How it ended, if the kernel still knows. */
static void ask_ended(struct why *w)
{
	struct vz_ctxlist list;

	if (vznl_last(w->nl, w->ctid, &list))
		return;
	if (list.n) {
		w->ctx = list.v[list.n - 1];
		list.v[list.n - 1] = (struct vz_ctx){ 0 };
	}
	vz_ctxlist_free(&list);
}

static int ask(struct why *w)
{
	int ret = vznl_res(w->nl, &w->res);

	if (!ret)
		ret = vznl_why(w->nl, w->ctid, &w->hits);
	if (!ret) {
		ret = vznl_get(w->nl, w->ctid, &w->ctx);
		w->running = !ret;
		if (ret == -ENOENT) {
			ask_ended(w);
			ret = 0;
		}
	}
	return ret ? msg_fail(-ret, vznl_sentence(w->nl),
			      "tell why CT %u was refused", w->ctid) : EXIT_OK;
}

int cmd_why(const struct verb *verb, int argc, char **argv)
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
			verb_help(verb);
			printf("      --json            JSON, raw integers\n");
			return EXIT_OK;
		} else {
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &w.ctid);
	if (!ret)
		ret = modload_open(vznl_open, &w.nl, &msg_report);
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
