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
#include "overcommit.h"
#include "parse.h"
#include "profile.h"
#include "validate.h"
#include "vswap.h"

#define MAX_SET	64	/* more than there are resources */

struct limit {
	uint32_t ctid;
	struct vznl *nl;
	struct vz_reslist res;
	struct vz_set set[MAX_SET];
	size_t n;
	struct vswap vswap;
	size_t own;		/* of these, given as words */
	const struct profile *profile;
	bool save, dry_run, validate, overcommit, act;
	uint32_t action;	/* if @act */
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

	*set = (struct vz_set){ .act = l->act, .action = l->action,
				.keep = !eq };
	if (l->n + 4 >= MAX_SET)
		return msg_usage("limit", "more limits than resources");
	if (!eq && !l->act)
		return msg_usage("limit", "\"%s\" is no RES=BAR[:LIM]", word);
	if (!eq)
		eq = word + strlen(word);
	snprintf(name, sizeof(name), "%.*s", (int)(eq - word), word);
	r = eq - word < (long)sizeof(name) ? res_by_name(&l->res, name) : NULL;
	if (!r) {
		msg_usage("limit", "no resource \"%.*s\"", (int)(eq - word),
			  word);
		list_names(&l->res);
		return EXIT_USAGE;
	}
	if (!set->keep &&
	    !parse_barlim(eq + 1, r->unit, &set->barrier, &set->limit))
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
	l->own = l->n;
	return EXIT_OK;
}

/* What the profile has and no word has said otherwise. */
static int take_profile(struct limit *l)
{
	const struct profile_limit *p;

	for (p = l->profile->limit; p->resource; p++) {
		const struct vz_res *r = res_by_name(&l->res, p->resource);
		struct vz_set *set = &l->set[l->n];
		size_t i;

		for (i = 0; r && i < l->own && l->set[i].id != r->id; i++)
			;
		if (!r || i < l->own)
			continue;
		*set = (struct vz_set){ .id = r->id };
		if (!parse_barlim(p->barlim, r->unit, &set->barrier,
				  &set->limit))
			return msg_fail(EINVAL, NULL, "use profile %s",
					l->profile->name);
		l->n++;
	}
	return EXIT_OK;
}

/* Of a profile only what is counted can be set; the rest can be saved. */
static size_t settable(const struct limit *l, struct vz_set *live)
{
	char left_out[512] = "";
	size_t n = 0, len = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct vz_res *r = res_by_id(&l->res, l->set[i].id);

		if (i < l->own || (r && r->counted != VZCTX_COUNTED_NO))
			live[n++] = l->set[i];
		else if (r && len < sizeof(left_out))
			len += snprintf(left_out + len, sizeof(left_out) - len,
					" %s", r->name);
	}
	if (len)
		msg_note("not counted on this kernel, so not limited:%s",
			 left_out);
	return n;
}

static int save_figures(const struct limit *l, struct conf *c)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < l->n; i++)
		if (!l->set[i].keep)
			ret = conflimit_write(c, &l->res, &l->set[i], 1);
	return ret;
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
		ret = save_figures(l, c);
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

		if (!r || !bc || l->set[i].keep ||
		    bc->held <= l->set[i].limit)
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
	const char *what = "";
	struct vz_set live[MAX_SET];
	size_t n = settable(l, live);
	struct conf *c;
	int ret, freezer = -1;

	if (l->act && l->action == VZCTX_ACTION_FREEZE) {
		freezer = cgroup_freezer(l->ctid);
		if (freezer < 0)
			return msg_fail(-freezer, freezer == -ENOENT ?
					"it is not running, or has no cgroup of its own" :
					NULL, "freeze CT %u at a limit",
					l->ctid);
	}
	ret = vznl_set(l->nl, l->ctid, live, n, l->dry_run, freezer);
	if (freezer >= 0)
		close(freezer);
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
		ret = cgroup_limit(l->ctid, live, n, &what);
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

/* The configuration and the words, judged together. */
static int judge(const struct limit *l)
{
	struct conf *c = conf_load(l->ctid);
	int bad = validate(&l->res, c, l->set, l->n,
			   l->profile ? l->profile->avnumproc : 0);

	conf_free(c);
	if (!bad)
		puts("The limits fit each other.");
	return bad ? EXIT_FAILED : EXIT_OK;
}

static bool parse_action(const char *word, uint32_t *action)
{
	static const char *const words[] = { "notify", "freeze", "kill" };

	for (*action = 0; *action <= VZCTX_ACTION_KILL; ++*action)
		if (!strcmp(word, words[*action]))
			return true;
	return false;
}

static int run(struct limit *l, int argc, char **argv)
{
	int ret = vznl_res(l->nl, &l->res);

	if (ret)
		return msg_fail(-ret, vznl_sentence(l->nl),
				"list the kernel's resources");
	if (l->overcommit)
		return overcommit(l->nl, &l->out);
	for (int i = optind; !ret && i < argc; i++)
		ret = take(l, argv[i]);
	if (!ret)
		ret = vswap_take(l->nl, &l->res, l->ctid, &l->vswap, l->set,
				 &l->n);
	l->own = l->n;
	if (!ret && l->profile)
		ret = take_profile(l);
	if (!ret && l->validate)
		return judge(l);
	return ret ? ret : apply(l);
}

static void options(const char *verb)
{
	verb_help(verb);
	printf("      --save            keep them in the configuration\n"
	       "      --dry-run         have the kernel check, change nothing\n"
	       "      --ram SIZE        physpages=0:SIZE, which is memory.max of its cgroup\n"
	       "      --swap SIZE       swappages=0:SIZE, which is memory.swap.max\n"
	       "      --vm_overcommit F privvmpages=F times ram and swap\n"
	       "      --profile NAME    limits with OpenVZ's figures, besides the words:\n"
	       "                        %s\n"
	       "      --validate        judge configuration and words, change nothing\n"
	       "      --on-limit WORD   a refusal of RES is followed by notify, freeze, kill\n"
	       "      --overcommit      without CTID: what the host has promised\n"
	       OUT_HELP "\n"
	       "One figure sets barrier and limit. Items are plain numbers; bytes and pages\n"
	       "take K, M, G, T (binary), B and P (pages). \"unlimited\" is a figure too.\n\n",
	       profile_names());
	print_columns(bcrow_columns, bcrow_ncolumns);
}

int cmd_limit(int argc, char **argv)
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
			l.act = true;
			if (!parse_action(optarg, &l.action))
				return msg_usage(argv[0], "\"%s\" is not notify, freeze or kill",
						 optarg);
			break;
		case 'h':
			options(argv[0]);
			return EXIT_OK;
		default:
			if (!out_option(&l.out, opt, optarg))
				return verb_badopt(opt, argv);
		}
	}
	if (!l.overcommit)
		ret = verb_ctid(argc, argv, false, &l.ctid);
	else if (optind < argc)
		ret = msg_usage(argv[0], "--overcommit is about all contexts");
	if (ret)
		return ret;
	if (optind >= argc && !l.profile && !l.validate && !l.overcommit &&
	    !l.vswap.ram && !l.vswap.swap && !l.vswap.overcommit)
		return msg_usage(argv[0], "limit needs RES=BAR[:LIM]");
	if (!(l.overcommit ?
	      print_check(&l.out, overcommit_columns, overcommit_ncolumns, argv[0]) :
	      print_check(&l.out, bcrow_columns, bcrow_ncolumns, argv[0])))
		return EXIT_USAGE;
	ret = modload_open(vznl_open, &l.nl);
	if (ret)
		return ret;
	ret = run(&l, argc, argv);
	vz_reslist_free(&l.res);
	vznl_close(l.nl);
	return ret;
}
