// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx list - the containers
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/beancounter.h>

#include "conf/conf.h"
#include "conf/confkey.h"
#include "conf/confwarn.h"
#include "conf/globalconf.h"
#include "engine/usage.h"
#include "lib/msg.h"
#include "lib/parse.h"
#include "lib/print.h"
#include "module/modload.h"
#include "verbs/cmd.h"

#define DEFAULT "ctid,state,pid,numproc,maxproc,hostname,uptime,objects,dropped"

struct row {
	struct vz_ctx ctx;	/* state 0: stopped */
	bool has_numproc;
	uint64_t numproc, maxproc;
	uint64_t now;		/* ns */
	struct usage usage;
	char hostname[4 * HOSTNAME_SIZE];
	char private[4 * PATH_MAX];
};

struct rows {
	struct row *v;
	size_t n;
	bool usage;		/* what no default column shows is to be read */
};

#define ROW(r) ((const struct row *)(r))
#define NUMBER(v) ((struct cell){ .kind = CELL_NUMBER, .n = (v) })
#define NUMBER_IF(c, v) ((struct cell){ .kind = (c) ? CELL_NUMBER : CELL_NONE, \
					.n = (v) })
#define WORD(w) ((struct cell){ .kind = CELL_WORD, .s = (w) })

static struct cell get_ctid(const void *r) { return NUMBER(ROW(r)->ctx.ctid); }

static struct cell get_state(const void *r)
{
	switch (ROW(r)->ctx.state) {
	case 0: return WORD("stopped");
	case VZCTX_STATE_RUNNING: return WORD("running");
	case VZCTX_STATE_DYING: return WORD("dying");
	default: return WORD("?");
	}
}

static struct cell get_pid(const void *r)
{
	return NUMBER_IF(ROW(r)->ctx.pid, ROW(r)->ctx.pid);
}

static struct cell get_numproc(const void *r)
{
	return NUMBER_IF(ROW(r)->has_numproc, ROW(r)->numproc);
}

static struct cell get_maxproc(const void *r)
{
	return (struct cell){ .kind = ROW(r)->has_numproc ? CELL_LIMIT :
							    CELL_NONE,
			      .n = ROW(r)->maxproc };
}

static struct cell get_hostname(const void *r) { return WORD(ROW(r)->hostname); }

static struct cell get_uptime(const void *r)
{
	const struct row *w = r;
	bool known = w->ctx.state && w->ctx.since <= w->now;

	return (struct cell){ .kind = known ? CELL_SECONDS : CELL_NONE,
			      .n = (w->now - w->ctx.since) / 1000000000 };
}

static struct cell get_objects(const void *r)
{
	return NUMBER_IF(ROW(r)->ctx.state, ROW(r)->ctx.objects);
}

static struct cell get_dropped(const void *r)
{
	return NUMBER_IF(ROW(r)->ctx.state, ROW(r)->ctx.dropped);
}

static struct cell get_private(const void *r) { return WORD(ROW(r)->private); }

static struct cell bytes_if(bool known, uint64_t v)
{
	return (struct cell){ .kind = known ? CELL_SCALED : CELL_NONE, .n = v,
			      .unit = VZCTX_UNIT_BYTES };
}

static struct cell get_disk(const void *r)
{
	return bytes_if(ROW(r)->usage.has_disk, ROW(r)->usage.disk.space.used);
}

static struct cell get_maxdisk(const void *r)
{
	const struct quota_part *p = &ROW(r)->usage.disk.space;

	return bytes_if(ROW(r)->usage.has_disk, p->hard ? p->hard : VZCTX_UNLIMITED);
}

static struct cell get_inodes(const void *r)
{
	return NUMBER_IF(ROW(r)->usage.has_disk, ROW(r)->usage.disk.inodes.used);
}

static struct cell get_read(const void *r)
{
	return bytes_if(ROW(r)->usage.has_io, ROW(r)->usage.read);
}

static struct cell get_written(const void *r)
{
	return bytes_if(ROW(r)->usage.has_io, ROW(r)->usage.written);
}

static struct cell pressure(const struct usage *u, enum pressure what)
{
	return (struct cell){ .kind = u->has_pressure[what] ? CELL_PERCENT2 : CELL_NONE,
			      .n = u->pressure[what] };
}

static struct cell get_waits_cpu(const void *r)
{
	return pressure(&ROW(r)->usage, PRESSURE_CPU);
}

static struct cell get_waits_mem(const void *r)
{
	return pressure(&ROW(r)->usage, PRESSURE_MEMORY);
}

static struct cell get_waits_io(const void *r)
{
	return pressure(&ROW(r)->usage, PRESSURE_IO);
}

static const struct column columns[] = {
	{ "ctid", "container id", true, get_ctid },
	{ "state", "running, dying, stopped", false, get_state },
	{ "pid", "its init, as the host numbers it", true, get_pid },
	{ "numproc", "tasks held", true, get_numproc },
	{ "maxproc", "tasks it may have", true, get_maxproc },
	{ "hostname", "from the configuration", false, get_hostname },
	{ "uptime", "time since it was bound", true, get_uptime },
	{ "objects", "charged objects not freed yet", true, get_objects },
	{ "dropped", "events dropped by the rate limit", true, get_dropped },
	{ "private", "private area, from the configuration", false,
	  get_private },
	{ "disk", "space its private area takes, by project quota", true, get_disk },
	{ "maxdisk", "space it may take", true, get_maxdisk },
	{ "inodes", "inodes its private area takes", true, get_inodes },
	{ "read", "bytes read from disks", true, get_read },
	{ "written", "bytes written to disks", true, get_written },
	{ "waitcpu", "time some task of it waited for a processor, of the last 10 s", true,
	  get_waits_cpu },
	{ "waitmem", "the same for memory", true, get_waits_mem },
	{ "waitio", "the same for a disk", true, get_waits_io },
};

#define NCOLUMNS (sizeof(columns) / sizeof(columns[0]))

static struct row *add(struct rows *rows, const struct conf *c,
		       const struct vz_ctx *ctx)
{
	struct row *v = realloc(rows->v, (rows->n + 1) * sizeof(*v));
	struct timespec ts;

	if (!v)
		return NULL;
	rows->v = v;
	v += rows->n++;
	memset(v, 0, sizeof(*v));
	v->ctx = *ctx;
	v->ctx.bc = NULL;
	v->ctx.nbc = 0;
	clock_gettime(CLOCK_REALTIME, &ts);
	v->now = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
	if (c) {
		char path[PATH_MAX], name[HOSTNAME_SIZE];

		conf_hostname(c, ctx->ctid, name, sizeof(name));
		escape_odd(name, v->hostname, sizeof(v->hostname));
		conf_private(c, ctx->ctid, path, sizeof(path));
		escape_odd(path, v->private, sizeof(v->private));
		if (rows->usage)
			usage_read(ctx->ctid, path, &v->usage);
	}
	return v;
}

static int add_stopped(uint32_t ctid, const struct conf *c, void *arg)
{
	const struct vz_ctx ctx = { .ctid = ctid };
	struct rows *rows = arg;

	if (!c)
		return 0;
	for (size_t i = 0; i < rows->n; i++)
		if (rows->v[i].ctx.ctid == ctid &&
		    rows->v[i].ctx.state == VZCTX_STATE_RUNNING)
			return 0;
	conf_warn(c, &msg_report);
	return add(rows, c, &ctx) ? 0 : -ENOMEM;
}

/* What runs, and what is dying; @all: with a word on each configuration. */
static int collect(struct vznl *nl, bool all, struct rows *rows)
{
	struct vz_reslist res = { 0 };
	struct vz_ctxlist list = { 0 };
	const struct vz_res *numproc;
	int ret = vznl_res(nl, &res);

	if (!ret)
		ret = vznl_list(nl, &list);
	numproc = ret ? NULL : res_by_id(&res, UB_NUMPROC);
	for (size_t i = 0; !ret && i < list.n; i++) {
		struct conf *c = conf_load(list.v[i].ctid);
		struct row *r = add(rows, c, &list.v[i]);
		const struct vz_bc *bc;

		if (all)
			conf_warn(c, &msg_report);
		conf_free(c);
		if (!r) {
			ret = -ENOMEM;
			break;
		}
		bc = numproc ? vz_ctx_bc(&list.v[i], numproc->id) : NULL;
		r->has_numproc = bc;
		r->numproc = bc ? bc->held : 0;
		r->maxproc = bc ? bc->barrier : 0;
	}
	vz_reslist_free(&res);
	vz_ctxlist_free(&list);
	return ret;
}

static int stopped(struct rows *rows)
{
	int ret = conf_each(add_stopped, rows);

	return ret ? msg_fail(-ret, NULL, "read the configurations") : EXIT_OK;
}

static int by_ctid(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->ctx.ctid != y->ctx.ctid)
		return x->ctx.ctid < y->ctx.ctid ? -1 : 1;
	return (int)x->ctx.state - (int)y->ctx.state;
}

int cmd_list(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		PRINT_LONG,
		{ 0 },
	};
	struct rows rows = { 0 };
	struct out out = { 0 };
	bool all = false;
	struct vznl *nl = NULL;
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":ah" PRINT_SHORT, opts, NULL)) >= 0) {
		if (opt == 'a') {
			all = true;
		} else if (opt == 'h') {
			verb_help(verb);
			printf("  -a, --all             stopped ones too\n"
			       PRINT_HELP "\n");
			print_columns(columns, NCOLUMNS);
			return EXIT_OK;
		} else if (!out_option(&out, opt, optarg)) {
			return verb_badopt(opt, argv);
		}
	}
	if (optind < argc)
		return msg_usage(argv[0], "unexpected word \"%s\"",
				 argv[optind]);
	if (!print_check(&out, columns, NCOLUMNS, argv[0]))
		return EXIT_USAGE;

	rows.usage = out.columns;
	/* Those that are stopped are files: they are shown without a module too. */
	ret = modload_open(vznl_open, &nl, &msg_report);
	if (ret && (!all || ret != EXIT_NOMODULE))
		return ret;
	if (!ret)
		ret = collect(nl, all, &rows);
	else
		ret = 0;
	if (ret)
		ret = msg_fail(-ret, vznl_sentence(nl), "list containers");
	else if (all)
		ret = stopped(&rows);
	if (!ret && rows.n)
		qsort(rows.v, rows.n, sizeof(*rows.v), by_ctid);
	if (!ret && print_table(&out, "contexts", columns, NCOLUMNS, DEFAULT,
				rows.v, rows.n, sizeof(*rows.v)))
		ret = msg_fail(ENOMEM, NULL, "print the list");
	free(rows.v);
	vznl_close(nl);
	return ret;
}
