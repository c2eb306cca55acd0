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

#include "conf/profile.h"
#include "engine/cgroup.h"
#include "lib/msg.h"
#include "lib/parse.h"
#include "limit/limitset.h"
#include "limit/onlimit.h"
#include "limit/overcommit.h"
#include "limit/overcommit_one.h"
#include "limit/ramfloor.h"
#include "limit/validate.h"
#include "limit/vswap.h"
#include "module/modload.h"
#include "table/bc_row.h"
#include "verbs/cmd.h"

struct limit {
	uint32_t ctid;
	struct vznl *nl;
	struct vz_reslist res;
	struct limitset set;
	struct vswap vswap;
	const struct profile *profile;
	bool save, dry_run, validate, overcommit;
	struct out out;
};

static bool touched(const struct vz_res *r, void *arg)
{
	const struct limit *l = arg;

	return limitset_find(&l->set, r->id);
}

static void warn_held(const struct limit *l, const struct vz_ctx *c)
{
	for (size_t i = 0; i < l->set.n; i++) {
		const struct vz_set *set = &l->set.v[i];
		const struct vz_res *r = res_by_id(&l->res, set->id);
		const struct vz_bc *bc = vz_ctx_bc(c, set->id);

		if (!r || !bc || set->keep || bc->held <= set->limit)
			continue;
		msg_note("%s of CT %u: held %" PRIu64 " is above the new limit %" PRIu64 "; %s, new ones are refused",
			 r->name, l->ctid, bc->held, set->limit,
			 r->id == UB_NUMPROC ? "running tasks stay" :
			 "what is held stays");
	}
}

/* What the kernel holds now, whatever was asked for; or what it would hold. */
static int read_back(struct limit *l)
{
	struct bcrow *rows;
	struct vz_ctx c;
	int ret = vznl_get(l->nl, l->ctid, &c);
	size_t n;

	if (ret)
		return msg_fail(-ret, vznl_sentence(l->nl),
				"read limits of CT %u back", l->ctid);
	warn_held(l, &c);
	rows = bcrow_make(&c, &l->res, touched, l, &n);
	for (size_t i = 0; rows && l->dry_run && i < n; i++) {
		const struct vz_set *set = limitset_find(&l->set, rows[i].bc.id);

		if (set && !set->keep) {
			rows[i].bc.barrier = set->barrier;
			rows[i].bc.limit = set->limit;
		}
		if (set && set->act)
			rows[i].bc.action = set->action;
	}
	if (l->dry_run)
		msg_note("nothing is changed; the kernel would take these:");
	ret = rows ? print_table(&l->out, "resources", bcrow_columns,
				 bcrow_ncolumns,
				 l->set.act ? BCROW_DEFAULT ",onlimit" :
					      BCROW_DEFAULT, rows, n,
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

	for (size_t i = 0; i < l->set.n; i++) {
		r = res_by_id(&l->res, l->set.v[i].id);
		if (r && (l->set.n == 1 || r->counted == VZCTX_COUNTED_NO))
			return r->name;
	}
	return "limits";
}

/* The kernel has no such context: the configuration alone can be changed. */
static int set_stopped(struct limit *l)
{
	struct conf *c = conf_load(l->ctid);
	bool known = c;
	int ret;

	conf_free(c);
	if (!known || !l->save || l->dry_run)
		return msg_fail(0, known ? "it is not running; --save sets limits for its next start" :
				"there is no such CT", "set limits of CT %u",
				l->ctid);
	ret = limitset_save(&l->set, &l->res, l->ctid);
	/* As it was asked for; what is read by a program has no line for it. */
	if (!ret && l->out.mode == OUT_TEXT)
		printf("CT %u is not running; the limits hold from its next start\n",
		       l->ctid);
	return ret;
}

static int apply(struct limit *l)
{
	const char *what = "";
	struct vz_set live[LIMITSET_MAX];
	size_t n = limitset_settable(&l->set, &l->res, live);
	int ret = ramfloor_check(l->ctid, live, n), freezer = -1;

	if (ret)
		return ret;
	/* Without one the kernel says what is missing, if it has the context. */
	if (l->set.act && l->set.action == VZCTX_ACTION_FREEZE) {
		freezer = cgroup_freezer(l->ctid);
		if (freezer < 0 && freezer != -ENOENT)
			return msg_fail(-freezer, NULL,
					"freeze CT %u at a limit", l->ctid);
	}
	ret = vznl_set(l->nl, l->ctid, live, n, l->dry_run, freezer);
	if (freezer >= 0)
		close(freezer);
	if (ret == -ENOENT)
		return set_stopped(l);
	if (ret)
		return msg_fail(-ret, vznl_sentence(l->nl), "set %s of CT %u",
				culprit(l), l->ctid);
	if (!l->dry_run) {
		ret = cgroup_limit(l->ctid, live, n, &what);
		if (ret)
			return msg_fail(-ret, "a limit of physpages or swappages needs the memory controller of cgroup2",
					"write %s of the cgroup of CT %u", what,
					l->ctid);
	}
	ret = read_back(l);
	if (!ret && l->save && !l->dry_run)
		ret = limitset_save(&l->set, &l->res, l->ctid);
	return ret;
}

/* The configuration and the words, judged together. */
static int judge(const struct limit *l)
{
	struct conf *c = conf_load(l->ctid);
	int bad = validate(&l->res, c, l->ctid, l->set.v, l->set.n,
			   l->profile ? l->profile->avnumproc : 0);

	conf_free(c);
	if (!bad)
		puts("The limits fit each other.");
	return bad ? EXIT_FAILED : EXIT_OK;
}

static int run(struct limit *l, int argc, char **argv)
{
	int ret = vznl_res(l->nl, &l->res);

	if (ret)
		return msg_fail(-ret, vznl_sentence(l->nl),
				"list the kernel's resources");
	if (l->overcommit)
		return l->ctid ? overcommit_of(l->nl, l->ctid, &l->out) :
				 overcommit(l->nl, &l->out);
	for (int i = optind; !ret && i < argc; i++)
		ret = limitset_word(&l->set, &l->res, argv[i]);
	if (!ret)
		ret = vswap_take(l->nl, &l->res, l->ctid, &l->vswap, l->set.v,
				 &l->set.n);
	l->set.own = l->set.n;
	if (!ret && l->profile)
		ret = limitset_profile(&l->set, &l->res, l->profile);
	if (!ret && l->validate)
		return judge(l);
	return ret ? ret : apply(l);
}

static void options(const struct verb *verb)
{
	verb_help(verb);
	printf("      --save            keep them in the configuration\n"
	       "      --dry-run         have the kernel check, change nothing\n"
	       "      --ram SIZE        physpages=0:SIZE, which is memory.max of its cgroup\n"
	       "      --swap SIZE       swappages=0:SIZE, which is memory.swap.max\n"
	       "      --vm_overcommit F privvmpages=F times ram and swap\n"
	       "      --profile NAME    limits with OpenVZ's figures, besides the words; NAMEs:\n"
	       "        %s\n"
	       "      --validate        judge configuration and words, change nothing\n"
	       "      --on-limit WORD   a refusal of RES is followed by notify, freeze, kill\n"
	       "      --overcommit      what the host has promised; with CTID its part in that\n"
	       OUT_HELP "\n"
	       "One figure sets barrier and limit. Items are plain numbers; bytes and pages\n"
	       "take K, M, G, T (binary), B and P (pages). \"unlimited\" is a figure too.\n\n",
	       profile_names());
	print_columns(bcrow_columns, bcrow_ncolumns);
	printf("\nWith --overcommit:\n");
	print_columns(overcommit_columns, overcommit_ncolumns);
	printf("\nWith --overcommit CTID:\n");
	print_columns(part_columns, part_ncolumns);
}

int cmd_limit(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "save", no_argument, NULL, 's' },
		{ "dry-run", no_argument, NULL, 'd' },
		{ "ram", required_argument, NULL, 'R' },
		{ "swap", required_argument, NULL, 'S' },
		{ "vm_overcommit", required_argument, NULL, 'V' },
		{ "profile", required_argument, NULL, 'p' },
		{ "validate", no_argument, NULL, 'v' },
		{ "on-limit", required_argument, NULL, 'a' },
		{ "overcommit", no_argument, NULL, 'O' },
		{ "help", no_argument, NULL, 'h' },
		OUT_LONG,
		{ 0 },
	};
	struct limit l = { 0 };
	int opt, ret = EXIT_OK;

	while ((opt = getopt_long(argc, argv, ":h" OUT_SHORT, opts, NULL)) >= 0) {
		switch (opt) {
		case 's': l.save = true; break;
		case 'd': l.dry_run = true; break;
		case 'v': l.validate = true; break;
		case 'O': l.overcommit = true; break;
		case 'R': l.vswap.ram = optarg; break;
		case 'S': l.vswap.swap = optarg; break;
		case 'V': l.vswap.overcommit = optarg; break;
		case 'p':
			l.profile = profile_find(optarg);
			if (!l.profile)
				return msg_usage(argv[0], "no profile \"%s\"; there are: %s",
						 optarg, profile_names());
			break;
		case 'a':
			l.set.act = true;
			if (!onlimit_parse(optarg, &l.set.action))
				return msg_usage(argv[0], "\"%s\" is not notify, freeze or kill",
						 optarg);
			break;
		case 'h':
			options(verb);
			return EXIT_OK;
		default:
			if (!out_option(&l.out, opt, optarg))
				return verb_badopt(opt, argv);
		}
	}
	if (!l.overcommit || optind < argc)
		ret = verb_ctid(argc, argv, l.overcommit, &l.ctid);
	if (ret)
		return ret;
	if (optind >= argc && l.set.act)
		return msg_usage(argv[0], "--on-limit needs RES or RES=BAR[:LIM]");
	if (optind >= argc && !l.profile && !l.validate && !l.overcommit &&
	    !l.vswap.ram && !l.vswap.swap && !l.vswap.overcommit)
		return msg_usage(argv[0], "limit needs RES=BAR[:LIM]");
	if (!(!l.overcommit ?
	      print_check(&l.out, bcrow_columns, bcrow_ncolumns, argv[0]) :
	      l.ctid ?
	      print_check(&l.out, part_columns, part_ncolumns, argv[0]) :
	      print_check(&l.out, overcommit_columns, overcommit_ncolumns, argv[0])))
		return EXIT_USAGE;
	ret = modload_open(vznl_open, &l.nl, &msg_report);
	if (ret)
		return ret;
	ret = run(&l, argc, argv);
	vz_reslist_free(&l.res);
	vznl_close(l.nl);
	return ret;
}
