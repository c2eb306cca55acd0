// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx limit - set beancounters of a running context
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/beancounter.h>

#include "bcrow.h"
#include "cgroup.h"
#include "cmd.h"
#include "conflimit.h"
#include "modload.h"
#include "msg.h"
#include "parse.h"

struct limit {
	uint32_t ctid;
	struct vznl *nl;
	struct vz_reslist res;
	struct vz_set *set;
	size_t n;
	const char *ram, *swap, *overcommit;
	bool save, dry_run;
	struct out out;
};

static void list_names(const struct vz_reslist *res)
{
	fprintf(stderr, "%s: resources are:", prog_name);
	for (size_t i = 0; i < res->n; i++)
		fprintf(stderr, " %s", res->v[i].name);
	fputc('\n', stderr);
}

/* Reads one RES=BAR[:LIM]. */
static int take(struct limit *l, const char *word)
{
	struct vz_set *set = &l->set[l->n];
	const char *eq = strchr(word, '=');
	const struct vz_res *r;
	char name[32];

	if (!eq)
		return msg_usage("limit", "\"%s\" is no RES=BAR[:LIM]", word);
	snprintf(name, sizeof(name), "%.*s", (int)(eq - word), word);
	r = eq - word < (long)sizeof(name) ? res_by_name(&l->res, name) : NULL;
	if (!r) {
		msg_usage("limit", "no resource \"%.*s\"", (int)(eq - word),
			  word);
		list_names(&l->res);
		return EXIT_USAGE;
	}
	if (!parse_barlim(eq + 1, r->unit, &set->barrier, &set->limit))
		return msg_usage("limit", "\"%s\" is no limit for %s: %s",
				 eq + 1, r->name,
				 r->unit == VZCTX_UNIT_ITEMS ?
				 "a number or unlimited" :
				 "a number with K, M, G, T or P, or unlimited");
	if (set->barrier > set->limit)
		return msg_usage("limit", "barrier above limit in \"%s\"",
				 word);
	for (size_t i = 0; i < l->n; i++)
		if (l->set[i].id == r->id)
			return msg_usage("limit", "%s is given twice", name);
	set->id = r->id;
	l->n++;
	return EXIT_OK;
}

/* Takes a figure for one resource, as if RES=BAR:LIM had been given. */
static int take_pages(struct limit *l, uint32_t id, uint64_t barrier,
		      uint64_t limit)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->set[i].id == id)
			return msg_usage("limit", "%s is given twice",
					 res_by_id(&l->res, id)->name);
	l->set[l->n++] = (struct vz_set){ id, barrier, limit };
	return EXIT_OK;
}

/* The limit of @id that is asked for now, or what holds already. */
static uint64_t limit_of(const struct limit *l, const struct vz_ctx *c,
			 uint32_t id)
{
	const struct vz_bc *bc = vz_ctx_bc(c, id);

	for (size_t i = 0; i < l->n; i++)
		if (l->set[i].id == id)
			return l->set[i].limit;
	return bc ? bc->limit : VZCTX_UNLIMITED;
}

/*
 * OpenVZ's short way: ram and swap are the limits of physpages and swappages;
 * vm_overcommit is privvmpages as so many times their sum.
 */
static int take_vswap(struct limit *l)
{
	const uint64_t page = sysconf(_SC_PAGESIZE);
	uint64_t ram, swap, bytes;
	struct vz_ctx c = { 0 };
	double pages, factor;
	char *end;
	int ret = EXIT_OK;

	for (int i = 0; !ret && i < 2; i++) {
		const char *text = i ? l->swap : l->ram;

		if (!text)
			continue;
		if (!parse_amount(text, VZCTX_UNIT_BYTES, &bytes))
			return msg_usage("limit", "\"%s\" is no size", text);
		if (bytes != VZCTX_UNLIMITED)
			bytes = bytes / page + !!(bytes % page);
		ret = take_pages(l, i ? UB_SWAPPAGES : UB_PHYSPAGES,
				 bytes == VZCTX_UNLIMITED ? bytes : 0, bytes);
	}
	if (ret || !l->overcommit)
		return ret;
	factor = strtod(l->overcommit, &end);
	if (end == l->overcommit || *end || !(factor > 0))
		return msg_usage("limit", "\"%s\" is no factor above 0",
				 l->overcommit);
	vznl_get(l->nl, l->ctid, &c);
	ram = limit_of(l, &c, UB_PHYSPAGES);
	swap = limit_of(l, &c, UB_SWAPPAGES);
	vz_ctx_free(&c);
	if (ram == VZCTX_UNLIMITED)
		return msg_usage("limit", "--vm_overcommit needs a limit of physpages: give --ram");
	pages = ((double)ram + (swap == VZCTX_UNLIMITED ? 0 : swap)) * factor;
	bytes = pages >= 9e18 ? VZCTX_UNLIMITED : (uint64_t)pages;
	return take_pages(l, UB_PRIVVMPAGES, bytes, bytes);
}

static int save(const struct limit *l)
{
	int lock = conf_lock(), ret = 0;
	struct conf *c;

	if (lock < 0)
		return msg_fail(-lock, NULL, "save limits of CT %u", l->ctid);
	c = conf_load(l->ctid);
	if (!c)
		ret = -errno;
	if (!ret)
		ret = conflimit_write(c, &l->res, l->set, l->n);
	if (!ret)
		ret = conf_save(c, l->ctid);
	conf_free(c);
	close(lock);
	return ret ? msg_fail(-ret, NULL, "save limits of CT %u", l->ctid) :
		     EXIT_OK;
}

static bool touched(const struct vz_res *r, void *arg)
{
	const struct limit *l = arg;

	for (size_t i = 0; i < l->n; i++)
		if (l->set[i].id == r->id)
			return true;
	return false;
}

/* What the kernel holds now, whatever was asked for. */
static int read_back(struct limit *l)
{
	struct bcrow *rows;
	struct vz_ctx c;
	int ret = vznl_get(l->nl, l->ctid, &c);
	size_t n;

	if (ret)
		return msg_fail(-ret, vznl_sentence(l->nl),
				"read limits of CT %u back", l->ctid);
	for (size_t i = 0; i < l->n; i++) {
		const struct vz_res *r = res_by_id(&l->res, l->set[i].id);
		const struct vz_bc *bc = vz_ctx_bc(&c, l->set[i].id);

		if (!r || !bc || bc->held <= l->set[i].limit)
			continue;
		msg_note("%s of CT %u: held %" PRIu64 " is above the new limit %" PRIu64 "; %s, new ones are refused",
			 r->name, l->ctid, bc->held, l->set[i].limit,
			 !strcmp(r->name, "numproc") ? "running tasks stay" :
			 "what is held stays");
	}
	rows = bcrow_make(&c, &l->res, touched, l, &n);
	ret = rows ? print_table(&l->out, "resources", bcrow_columns,
				 bcrow_ncolumns, BCROW_DEFAULT, rows, n,
				 sizeof(*rows)) : -ENOMEM;
	free(rows);
	vz_ctx_free(&c);
	return ret ? msg_fail(-ret, NULL, "print limits of CT %u", l->ctid) :
		     EXIT_OK;
}

/* Of several resources the kernel names none; an uncounted one is the likely. */
static const char *culprit(const struct limit *l)
{
	const struct vz_res *r;

	for (size_t i = 0; i < l->n; i++) {
		r = res_by_id(&l->res, l->set[i].id);
		if (r && (l->n == 1 || r->counted == VZCTX_COUNTED_NO))
			return r->name;
	}
	return "limits";
}

static int apply(struct limit *l)
{
	int ret = vznl_set(l->nl, l->ctid, l->set, l->n, l->dry_run);
	const char *what = "";
	struct conf *c;

	if (ret == -ENOENT) {
		c = conf_load(l->ctid);
		if (c && l->save && !l->dry_run) {
			conf_free(c);
			msg_note("CT %u is not running; the limits hold from its next start",
				 l->ctid);
			return save(l);
		}
		ret = msg_fail(0, c ? "it is not running; --save sets limits for its next start" :
			       "there is no such CT", "set limits of CT %u",
			       l->ctid);
		conf_free(c);
		return ret;
	}
	if (ret)
		return msg_fail(-ret, vznl_sentence(l->nl), "set %s of CT %u",
				culprit(l), l->ctid);
	if (!l->dry_run) {
		ret = cgroup_limit(l->ctid, l->set, l->n, &what);
		if (ret)
			return msg_fail(-ret, "a limit of physpages or swappages needs the memory controller of cgroup2",
					"write %s of the cgroup of CT %u", what,
					l->ctid);
	}
	ret = read_back(l);
	if (!ret && l->save && !l->dry_run)
		ret = save(l);
	return ret;
}

int cmd_limit(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "save", no_argument, NULL, 's' },
		{ "dry-run", no_argument, NULL, 'd' },
		{ "ram", required_argument, NULL, 'R' },
		{ "swap", required_argument, NULL, 'S' },
		{ "vm_overcommit", required_argument, NULL, 'O' },
		{ "help", no_argument, NULL, 'h' },
		OUT_LONG,
		{ 0 },
	};
	struct limit l = { 0 };
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":h" OUT_SHORT, opts, NULL)) >= 0) {
		if (opt == 's') {
			l.save = true;
		} else if (opt == 'd') {
			l.dry_run = true;
		} else if (opt == 'R') {
			l.ram = optarg;
		} else if (opt == 'S') {
			l.swap = optarg;
		} else if (opt == 'O') {
			l.overcommit = optarg;
		} else if (opt == 'h') {
			verb_help(argv[0]);
			printf("      --save            keep them in the configuration\n"
			       "      --dry-run         have the kernel check, change nothing\n"
			       "      --ram SIZE        physpages=0:SIZE, which is memory.max of its cgroup\n"
			       "      --swap SIZE       swappages=0:SIZE, which is memory.swap.max\n"
			       "      --vm_overcommit F privvmpages=F times ram and swap\n"
			       OUT_HELP "\n"
			       "One figure sets barrier and limit. Items are plain numbers; bytes and pages\n"
			       "take K, M, G, T (binary) and P (pages). \"unlimited\" is a figure too.\n\n");
			print_columns(bcrow_columns, bcrow_ncolumns);
			return EXIT_OK;
		} else if (!out_option(&l.out, opt, optarg)) {
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, false, &l.ctid);
	if (ret)
		return ret;
	if (optind >= argc && !l.ram && !l.swap && !l.overcommit)
		return msg_usage(argv[0], "limit needs RES=BAR[:LIM]");
	if (!print_check(&l.out, bcrow_columns, bcrow_ncolumns, argv[0]))
		return EXIT_USAGE;
	ret = modload_open(vznl_open, &l.nl);
	if (ret)
		return ret;

	ret = vznl_res(l.nl, &l.res);
	if (ret)
		ret = msg_fail(-ret, vznl_sentence(l.nl),
			       "list the kernel's resources");
	l.set = calloc(argc + 3, sizeof(*l.set));
	if (!ret && !l.set)
		ret = msg_fail(ENOMEM, NULL, "set limits of CT %u", l.ctid);
	for (int i = optind; !ret && i < argc; i++)
		ret = take(&l, argv[i]);
	if (!ret)
		ret = take_vswap(&l);
	if (!ret)
		ret = apply(&l);
	free(l.set);
	vz_reslist_free(&l.res);
	vznl_close(l.nl);
	return ret;
}
