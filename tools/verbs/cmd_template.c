// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx template - lists, builds, imports and unpacks OS templates
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/nearest.h"
#include "lib/parse.h"
#include "table/template_row.h"
#include "template/debstrap.h"
#include "template/sources.h"
#include "template/template.h"
#include "template/template_make.h"
#include "verbs/cmd.h"

/* What is on the command line; which of it a word may have, see words[]. */
struct line {
	struct out out;
	struct debstrap deb;
	struct tree_job limits;
	const char *name;
	bool printing, building, limiting;
};

static int run_list(struct line *l, char **words)
{
	struct templaterow *rows;
	size_t n;
	int ret;

	(void)words;
	if (!print_check(&l->out, templaterow_columns, templaterow_ncolumns,
			 "template"))
		return EXIT_USAGE;
	ret = templaterow_make(&rows, &n);
	if (!ret)
		ret = print_table(&l->out, "templates", templaterow_columns,
				  templaterow_ncolumns, TEMPLATEROW_DEFAULT,
				  rows, n, sizeof(*rows));
	free(rows);
	return ret ? msg_fail(-ret, NULL, "list the templates") : EXIT_OK;
}

static int run_build(struct line *l, char **words)
{
	char name[64];

	if (!debstrap_suite(words[0]))
		return msg_usage("template", "no release is called \"%s\"; there are %s",
				 words[0], debstrap_releases());
	snprintf(name, sizeof(name), "%s-x86_64", words[0]);
	return template_build(&l->deb, debstrap_suite(words[0]), l->name ?: name,
			      &msg_report);
}

static int run_import(struct line *l, char **words)
{
	if (!template_name_ok(words[1]))
		return msg_usage("template", "\"%s\" is no name for a template: letters, digits and ._+- only",
				 words[1]);
	return template_import(words[0], words[1], &l->limits, &msg_report);
}

static int run_unpack(struct line *l, char **words)
{
	return template_fill(words[0], words[1], &l->limits, &msg_report);
}

static int run_remove(struct line *l, char **words)
{
	(void)l;
	return template_remove(words[0], &msg_report);
}

static const struct {
	const char *word;
	int words;
	const char *needs;
	bool printing, building, limiting;
	int (*run)(struct line *l, char **words);
} table[] = {
	{ "list", 0, "", true, false, false, run_list },
	{ "build", 1, "a release such as debian-12", false, true, false, run_build },
	{ "import", 2, "an image and a name", false, false, true, run_import },
	{ "unpack", 2, "a template and a directory", false, false, true, run_unpack },
	{ "remove", 1, "the name of a template", false, false, false, run_remove },
};

#define NTABLE (sizeof(table) / sizeof(table[0]))

static int help(const struct verb *verb)
{
	verb_help(verb);
	printf("  list                    the templates in the cache (default)\n"
	       "  build RELEASE           a Debian that boots, by mmdebstrap: %s\n"
	       "      --name NAME         what to call it (default RELEASE-x86_64)\n"
	       "      --mirror URL        where from (default: as apt of this host)\n"
	       "      --include PKG,PKG   more packages\n"
	       "      --variant V         mmdebstrap's choice of packages (default minbase)\n"
	       "  import IMAGE NAME       an image of docker or podman (save), or an OCI layout;\n"
	       "                          IMAGE is a file or a directory\n"
	       "  unpack SOURCE DIRECTORY a template into an empty directory, or a new one\n"
	       "      --max-entries N     refuse more than that (default %u)\n"
	       "      --max-size SIZE     refuse more than that, such as 2G (default what is free)\n"
	       "  remove NAME             the template is deleted from the cache\n"
	       "  -q, --quiet             no progress\n"
	       PRINT_HELP "\n",
	       debstrap_releases(), TREE_MAX_ENTRIES);
	print_columns(templaterow_columns, templaterow_ncolumns);
	return EXIT_OK;
}

static int building(struct line *l, int opt, const char *arg)
{
	bool good = true;

	l->building = true;
	switch (opt) {
	case 'N':
		l->name = arg;
		good = template_name_ok(arg);
		break;
	case 'M':
		l->deb.mirror = arg;
		good = sources_url(arg);
		break;
	case 'I':
		l->deb.include = arg;
		good = debstrap_packages(arg);
		break;
	default:
		l->deb.variant = arg;
		good = debstrap_variant(arg);
		break;
	}
	if (good)
		return EXIT_OK;
	return msg_usage("template", opt == 'N' ? "\"%s\" is no name for a template: letters, digits and ._+- only" :
			 opt == 'M' ? "\"%s\" is no URL of a mirror (http:// or https://, no password)" :
			 opt == 'I' ? "\"%s\" is no list of packages, PKG,PKG" :
			 "mmdebstrap has no variant \"%s\" that boots", arg);
}

static int limiting(struct line *l, int opt, const char *arg)
{
	uint64_t n;

	l->limiting = true;
	if (opt == 'e' ? !parse_u64(arg, UINT32_MAX, &n) :
			 !parse_amount(arg, VZCTX_UNIT_BYTES, &n) || n == VZCTX_UNLIMITED)
		n = 0;
	if (!n)
		return msg_usage("template", "\"%s\" is no limit", arg);
	if (opt == 'e')
		l->limits.max_entries = n;
	else
		l->limits.max_bytes = n;
	return EXIT_OK;
}

static const char *word_of(size_t i, const void *arg)
{
	(void)arg;
	return i < NTABLE ? table[i].word : NULL;
}

static int dispatch(struct line *l, int argc, char **argv)
{
	const char *word = argc ? argv[0] : "list", *meant;

	for (size_t i = 0; i < NTABLE; i++) {
		if (strcmp(word, table[i].word))
			continue;
		if (argc && argc - 1 < table[i].words)
			return msg_usage("template", "%s needs %s", word, table[i].needs);
		if (argc && argc - 1 > table[i].words)
			return msg_usage("template", "unexpected word \"%s\"",
					 argv[1 + table[i].words]);
		if ((l->printing && !table[i].printing) ||
		    (l->building && !table[i].building) ||
		    (l->limiting && !table[i].limiting))
			return msg_usage("template", "%s does not take one of these options",
					 word);
		return table[i].run(l, argv + 1);
	}
	meant = nearest(word, word_of, NULL);
	return meant ? msg_usage("template", "there is no \"%s\", perhaps %s is meant", word, meant) :
		       msg_usage("template", "\"%s\" is none of list, build, import, unpack, remove", word);
}

int cmd_template(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "name", required_argument, NULL, 'N' },
		{ "mirror", required_argument, NULL, 'M' },
		{ "include", required_argument, NULL, 'I' },
		{ "variant", required_argument, NULL, 'V' },
		{ "max-entries", required_argument, NULL, 'e' },
		{ "max-size", required_argument, NULL, 's' },
		{ "quiet", no_argument, NULL, 'q' },
		PRINT_LONG,
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct line l = { 0 };
	int opt, ret = 0;

	while (!ret && (opt = getopt_long(argc, argv, ":hq" PRINT_SHORT, opts, NULL)) >= 0) {
		if (out_option(&l.out, opt, optarg)) {
			l.printing = true;
			continue;
		}
		switch (opt) {
		case 'N':
		case 'M':
		case 'I':
		case 'V':
			ret = building(&l, opt, optarg);
			break;
		case 'e':
		case 's':
			ret = limiting(&l, opt, optarg);
			break;
		case 'q':
			l.limits.quiet = true;
			l.deb.quiet = true;
			break;
		case 'h':
			return help(verb);
		default:
			return verb_badopt(opt, argv);
		}
	}
	return ret ?: dispatch(&l, argc - optind, argv + optind);
}
