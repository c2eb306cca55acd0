// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx limit - sets beancounters of a context, judges them, sums them up
 */
#include <getopt.h>
#include <stdio.h>

#include "lib/msg.h"
#include "limit/onlimit.h"
#include "module/modload.h"
#include "table/bc_row.h"
#include "table/overcommit_row.h"
#include "table/part_row.h"
#include "verbs/cmd.h"
#include "verbs/limit.h"

static const char *profile_of(size_t i, const void *arg)
{
	(void)arg;
	return profile_name(i);
}

static void options(const struct verb *verb)
{
	const char *name;

	verb_help(verb);
	printf("      --save            keep them in the configuration\n"
	       "      --dry-run         have the kernel check, change nothing\n"
	       "      --ram SIZE        physpages=0:SIZE, which is memory.max of its cgroup\n"
	       "      --swap SIZE       swappages=0:SIZE, which is memory.swap.max\n"
	       "      --vm_overcommit F privvmpages=F times ram and swap\n"
	       "      --profile NAME    limits with OpenVZ's figures, besides the words; NAMEs:\n"
	       "       ");
	for (size_t i = 0; (name = profile_name(i)); i++)
		printf(" %s", name);
	printf("\n"
	       "      --validate        judge configuration and words, change nothing\n"
	       "      --on-limit WORD   a refusal of RES is followed by notify, freeze, kill\n"
	       "      --overcommit      what the host has promised; with CTID its part in that\n"
	       PRINT_HELP "\n"
	       "One figure sets barrier and limit. Items are plain numbers; bytes and pages\n"
	       "take K, M, G, T (binary), B and P (pages). \"unlimited\" is a figure too.\n\n");
	print_columns(bcrow_columns, bcrow_ncolumns);
	printf("\nWith --overcommit:\n");
	print_columns(overcommitrow_columns, overcommitrow_ncolumns);
	printf("\nWith --overcommit CTID:\n");
	print_columns(partrow_columns, partrow_ncolumns);
}

static int no_profile(const char *verb, const char *name)
{
	msg_usage(verb, "no profile \"%s\"", name);
	msg_names("profiles are:", profile_of, NULL);
	return EXIT_USAGE;
}

static bool columns_there(const struct limit *l, bool overcommit, const char *verb)
{
	if (!overcommit)
		return print_check(&l->out, bcrow_columns, bcrow_ncolumns, verb);
	return l->ctid ?
	       print_check(&l->out, partrow_columns, partrow_ncolumns, verb) :
	       print_check(&l->out, overcommitrow_columns,
			   overcommitrow_ncolumns, verb);
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
		PRINT_LONG,
		{ 0 },
	};
	struct limit l = { 0 };
	bool validate = false, overcommit = false;
	int opt, ret = EXIT_OK;

	while ((opt = getopt_long(argc, argv, ":h" PRINT_SHORT, opts, NULL)) >= 0) {
		switch (opt) {
		case 's': l.save = true; break;
		case 'd': l.dry_run = true; break;
		case 'v': validate = true; break;
		case 'O': overcommit = true; break;
		case 'R': l.vswap.ram = optarg; break;
		case 'S': l.vswap.swap = optarg; break;
		case 'V': l.vswap.overcommit = optarg; break;
		case 'p':
			l.profile = profile_find(optarg);
			if (!l.profile)
				return no_profile(argv[0], optarg);
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
	if (!overcommit || optind < argc)
		ret = verb_ctid(argc, argv, overcommit, &l.ctid);
	if (ret)
		return ret;
	if (optind >= argc && l.set.act)
		return msg_usage(argv[0], "--on-limit needs RES or RES=BAR[:LIM]");
	if (optind >= argc && !l.profile && !validate && !overcommit &&
	    !l.vswap.ram && !l.vswap.swap && !l.vswap.overcommit)
		return msg_usage(argv[0], "limit needs RES=BAR[:LIM]");
	if (!columns_there(&l, overcommit, argv[0]))
		return EXIT_USAGE;
	ret = modload_open(vznl_open, &l.nl, &msg_report);
	if (ret)
		return ret;
	l.words = argv + optind;
	ret = vznl_res(l.nl, &l.res);
	if (ret)
		ret = msg_fail(-ret, vznl_sentence(l.nl),
			       "list the kernel's resources");
	else
		ret = overcommit ? limit_sum(&l) :
		      validate ? limit_judge(&l) : limit_set(&l);
	vz_reslist_free(&l.res);
	vznl_close(l.nl);
	return ret;
}
