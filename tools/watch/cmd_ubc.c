// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx ubc - the beancounters, for people
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/parse.h"
#include "module/modload.h"
#include "table/ubc_proc.h"
#include "table/ubc_row.h"
#include "table/ubc_store.h"
#include "verbs/cmd.h"

#define PROC	"/proc/user_beancounters"
#define WIDE	120	/* from here on a terminal has room for more */

struct ubc {
	uint32_t ctid;		/* 0: all */
	bool all, quiet, relative, watch, last;
	const char *file;
	uint64_t interval, count;	/* count 0: no end */
	struct vznl *nl;		/* NULL: read @file */
	struct vz_reslist res;
	struct out out;
	char heading[96];
};

static int add_ctx(struct ubc *u, const struct vz_ctx *c, struct ubcrows *rows)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < c->nbc; i++) {
		const struct vz_res *r = res_by_id(&u->res, c->bc[i].id);
		struct ubcrow row = { .since = c->since };

		if (!r)
			continue;
		row.r = (struct bcrow){ c->ctid, *r, c->bc[i] };
		ret = ubcrows_add(rows, &row);
	}
	return ret;
}

/* The newest record of a context that has ended. */
static int add_last(struct ubc *u, struct ubcrows *rows)
{
	struct vz_ctxlist list;
	const struct vz_ctx *c;
	char when[32] = "?";
	struct tm tm;
	time_t sec;
	int ret = vznl_last(u->nl, u->ctid, &list);

	if (!ret && !list.n)
		ret = -ENOENT;
	if (ret)
		return msg_fail(-ret, ret == -ENOENT ?
				"none that has ended is remembered" :
				vznl_sentence(u->nl), "show the last of CT %u",
				u->ctid);
	c = &list.v[list.n - 1];
	sec = c->ended / 1000000000;
	if (localtime_r(&sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(u->heading, sizeof(u->heading), "CT %u, ended %s%s",
		 c->ctid, when,
		 c->objects ? ", not all objects are freed yet" : "");
	ret = add_ctx(u, c, rows);
	vz_ctxlist_free(&list);
	return ret ? msg_fail(-ret, NULL, "show CT %u", u->ctid) : EXIT_OK;
}

static int collect(struct ubc *u, struct ubcrows *rows)
{
	struct vz_ctxlist list = { 0 };
	int ret;

	if (!u->nl) {
		ret = ubcproc_read(u->file, u->ctid, rows);
		return ret ? msg_fail(-ret, ret == -EPROTO ?
				      "it is not in format 2.5" : NULL,
				      "read %s", u->file) : EXIT_OK;
	}
	if (u->last)
		return add_last(u, rows);
	if (u->ctid) {
		struct vz_ctx c;

		ret = vznl_get(u->nl, u->ctid, &c);
		if (ret == -ENOENT)
			return msg_fail(0, "it is not running; --last shows how it ended",
					"show CT %u", u->ctid);
		if (!ret) {
			ret = add_ctx(u, &c, rows);
			vz_ctx_free(&c);
		}
	} else {
		ret = vznl_list(u->nl, &list);
		for (size_t i = 0; !ret && i < list.n; i++)
			if (list.v[i].state == VZCTX_STATE_RUNNING)
				ret = add_ctx(u, &list.v[i], rows);
		vz_ctxlist_free(&list);
	}
	return ret ? msg_fail(-ret, vznl_sentence(u->nl), "read beancounters") :
		     EXIT_OK;
}

/* Leaves out what was not asked for. */
static void thin(const struct ubc *u, struct ubcrows *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const struct ubcrow *row = &rows->v[i];

		if (u->quiet ? ubcrow_new(row) > 0 :
		    u->all || row->r.res.counted != VZCTX_COUNTED_NO)
			rows->v[n++] = *row;
	}
	rows->n = n;
}

static const char *default_columns(const struct ubc *u)
{
	bool wide = u->out.mode != PRINT_TEXT || print_width() >= WIDE;

	if (wide)
		return "ctid,resource,held,use,maxheld,barrier,limit,failcnt,new,unit,onlimit,errno,note";
	if (u->ctid)
		return u->relative ?
		       "resource,held,use,maxheld,barrier,limit,failcnt,new" :
		       "resource,held,use,maxheld,barrier,limit,failcnt";
	return u->relative ? "ctid,resource,held,use,barrier,limit,failcnt,new" :
			     "ctid,resource,held,use,maxheld,barrier,limit,failcnt";
}

static int show(struct ubc *u)
{
	struct ubcrows rows = { 0 };
	int ret = collect(u, &rows);

	if (!ret && u->relative) {
		ret = ubcstore_compare(&rows);
		if (ret)
			ret = msg_fail(-ret, NULL, "keep the snapshot in /run/vzctx");
	}
	if (!ret) {
		thin(u, &rows);
		if (u->heading[0] && u->out.mode == PRINT_TEXT &&
		    !u->out.noheadings)
			puts(u->heading);
		ret = print_table(&u->out, "beancounters", ubcrow_columns,
				  ubcrow_ncolumns, default_columns(u), rows.v,
				  rows.n, sizeof(*rows.v));
		if (ret)
			ret = msg_fail(-ret, NULL, "print beancounters");
	}
	ubcrows_free(&rows);
	return ret;
}

static int show_again(struct ubc *u)
{
	bool screen = isatty(STDOUT_FILENO) && u->out.mode == PRINT_TEXT;
	unsigned int height;
	int ret;

	for (uint64_t i = 0; !u->count || i < u->count; i++) {
		if (i)
			sleep(u->interval);
		height = screen ? print_height() : 0;
		u->out.screen = height > 3 ? height - 1 : height;
		if (screen)
			fputs("\033[H\033[2J", stdout);
		else if (i && u->out.mode == PRINT_TEXT)
			putchar('\n');
		ret = show(u);
		if (ret)
			return ret;
		if (fflush(stdout))
			return msg_fail(errno, NULL, "write beancounters");
	}
	return EXIT_OK;
}

/* From the kernel on the host; from the file where the kernel says no. */
static int open_source(struct ubc *u)
{
	int ret;

	if (u->file)
		return EXIT_OK;
	ret = vznl_open(&u->nl);
	if (!ret) {
		ret = vznl_res(u->nl, &u->res);
		if (!ret)
			return EXIT_OK;
		vznl_close(u->nl);
		u->nl = NULL;
	}
	if ((ret == -EPERM || ret == -ENOENT) && !u->last &&
	    !access(PROC, R_OK)) {
		u->file = PROC;
		return EXIT_OK;
	}
	ret = modload_open(vznl_open, &u->nl, &msg_report);
	if (ret)
		return ret;
	ret = vznl_res(u->nl, &u->res);
	return ret ? msg_fail(-ret, vznl_sentence(u->nl),
			      "list the kernel's resources") : EXIT_OK;
}

static int usage(const struct verb *verb)
{
	verb_help(verb);
	printf("  -a, --all             uncounted resources too\n"
	       "  -q, --quiet           only what has failed\n"
	       "  -r, --relative        failures since the last time with -r\n"
	       "  -w, --watch           again and again\n"
	       "      --interval S      every S seconds (2)\n"
	       "      --count N         N times\n"
	       "      --last            CTID has ended: its last figures\n"
	       "  -f, --file FILE       read FILE, in the format of " PROC "\n"
	       PRINT_HELP "\n");
	print_columns(ubcrow_columns, ubcrow_ncolumns);
	return EXIT_OK;
}

int cmd_ubc(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "relative", no_argument, NULL, 'r' },
		{ "watch", no_argument, NULL, 'w' },
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'c' },
		{ "last", no_argument, NULL, 'l' },
		{ "file", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		PRINT_LONG,
		{ 0 },
	};
	struct ubc u = { .interval = 2 };
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":aqrwf:h" PRINT_SHORT, opts,
				  NULL)) >= 0) {
		bool good = true;

		switch (opt) {
		case 'a': u.all = true; break;
		case 'q': u.quiet = true; break;
		case 'r': u.relative = true; break;
		case 'w': u.watch = true; break;
		case 'l': u.last = true; break;
		case 'f': u.file = optarg; break;
		case 'i': good = parse_u64(optarg, 86400, &u.interval) && u.interval; break;
		case 'c': good = parse_u64(optarg, INT64_MAX, &u.count) && u.count; break;
		case 'h': return usage(verb);
		default:
			if (!out_option(&u.out, opt, optarg))
				return verb_badopt(opt, argv);
		}
		if (!good)
			return msg_usage(argv[0], "\"%s\" is out of range",
					 optarg);
	}
	if (optind < argc || u.last) {
		ret = verb_ctid(argc, argv, true, &u.ctid);
		if (ret)
			return ret;
	}
	if (u.last && u.file)
		return msg_usage(argv[0], "--last and --file exclude each other");
	if (!print_check(&u.out, ubcrow_columns, ubcrow_ncolumns, argv[0]))
		return EXIT_USAGE;
	ret = open_source(&u);
	if (!ret)
		ret = u.watch ? show_again(&u) : show(&u);
	vz_reslist_free(&u.res);
	vznl_close(u.nl);
	return ret;
}
