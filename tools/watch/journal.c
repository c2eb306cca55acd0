// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - events in the system's journal, with a field for each figure
 *
 * The library is loaded when it is asked for, so that starting a context does
 * not load it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "limit/onlimit.h"
#include "net/ip.h"
#include "watch/journal.h"

#define ID_LIMIT "5cf0f0c1c2a94f4e8d1b7d7f2ad9b0e1"
#define ID_KILL	 "c4a1d3a86b5f4d0e9a3b7e52f1087d64"
#define ID_SPOOF "e2b7d4f05a1c4c6c8f39a07d64b1e58c"
#define ID_START "0d9c5b1f3f6e4d5c9a7e2b8c4f61a3d2"
#define ID_STOP	 "7a1e6b0c8d2f4f39b5c3e9d04a7286fe"

#define FIELDS	20
#define LENGTH	240

struct entry {
	char text[FIELDS][LENGTH];
	struct iovec v[FIELDS];
	int n;
};

static int (*send_entry)(const struct iovec *iov, int n);

int journal_open(void)
{
	void *lib = dlopen("libsystemd.so.0", RTLD_NOW);
	void *sym = lib ? dlsym(lib, "sd_journal_sendv") : NULL;

	if (!sym)
		return -ENOENT;
	memcpy(&send_entry, &sym, sizeof(sym));
	return 0;
}

static void __attribute__((format(printf, 2, 3)))
put(struct entry *e, const char *fmt, ...)
{
	va_list ap;

	if (e->n == FIELDS)
		return;
	va_start(ap, fmt);
	vsnprintf(e->text[e->n], LENGTH, fmt, ap);
	va_end(ap);
	e->v[e->n].iov_base = e->text[e->n];
	e->v[e->n].iov_len = strlen(e->text[e->n]);
	e->n++;
}

static void put_limit(struct entry *e, const struct vz_event *ev,
		      const struct vz_res *r, const char *comm)
{
	const char *err = r && r->err ? strerrorname_np(r->err) : NULL;

	if (ev->type == VZCTX_EVENT_KILL)
		put(e, "MESSAGE=CT %u: out of memory, %s (pid %u) is killed",
		    ev->ctid, comm, ev->pid);
	else
		put(e, "MESSAGE=CT %u: %s limit reached: held %" PRIu64 ", %" PRIu64 " more refused to %s (pid %u)",
		    ev->ctid, r ? r->name : "?", ev->held, ev->wanted, comm,
		    ev->pid);
	put(e, "MESSAGE_ID=%s",
	    ev->type == VZCTX_EVENT_KILL ? ID_KILL : ID_LIMIT);
	put(e, "PRIORITY=4");
	put(e, "VZCTX_RESOURCE=%s", r ? r->name : "?");
	put(e, "VZCTX_HELD=%" PRIu64, ev->held);
	put(e, "VZCTX_WANTED=%" PRIu64, ev->wanted);
	put(e, "VZCTX_BARRIER=%" PRIu64, ev->barrier);
	put(e, "VZCTX_LIMIT=%" PRIu64, ev->limit);
	put(e, "VZCTX_FAILCNT=%" PRIu64, ev->failcnt);
	put(e, "VZCTX_DROPPED=%" PRIu64, ev->dropped);
	put(e, "VZCTX_PID=%u", ev->pid);
	put(e, "VZCTX_COMM=%s", comm);
	put(e, "VZCTX_ERRNO=%s", err ? err : "none");
	put(e, "VZCTX_ACTION=%s", onlimit_word(ev->action));
}

static void put_spoof(struct entry *e, const struct vz_event *ev)
{
	char from[IP_TEXT], to[IP_TEXT];

	ip_text(&ev->from, from);
	ip_text(&ev->to, to);
	put(e, "MESSAGE=CT %u: dropped a packet from %s to %s, for its source is not the container's",
	    ev->ctid, from, to);
	put(e, "MESSAGE_ID=%s", ID_SPOOF);
	put(e, "PRIORITY=4");
	put(e, "VZCTX_FROM=%s", from);
	put(e, "VZCTX_TO=%s", to);
	put(e, "VZCTX_DROPPED=%" PRIu64, ev->dropped);
}

void journal_event(const struct vz_event *ev, const struct vz_res *r,
		   const char *comm)
{
	struct entry e = { .n = 0 };

	if (ev->type == VZCTX_EVENT_LIMIT || ev->type == VZCTX_EVENT_KILL) {
		put_limit(&e, ev, r, comm);
	} else if (ev->type == VZCTX_EVENT_SPOOF) {
		put_spoof(&e, ev);
	} else {
		bool start = ev->type == VZCTX_EVENT_START;

		put(&e, "MESSAGE=CT %u: %s", ev->ctid,
		    start ? "started" : "stopped");
		put(&e, "MESSAGE_ID=%s", start ? ID_START : ID_STOP);
		put(&e, "PRIORITY=6");
	}
	put(&e, "VZCTX_CTID=%u", ev->ctid);
	put(&e, "VZCTX_TIME_NS=%" PRIu64, ev->time);
	put(&e, "SYSLOG_IDENTIFIER=vzctx");
	send_entry(e.v, e.n);
}
