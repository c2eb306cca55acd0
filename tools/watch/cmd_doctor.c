// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx doctor - what this host can do, and what to do about what it cannot
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <linux/beancounter.h>

#include "doctor/looks.h"
#include "doctor/resources.h"
#include "lib/msg.h"
#include "verbs/cmd.h"

#define MAX_LOOKS	32

struct doctor {
	struct host host;
	struct finding found[MAX_LOOKS];
	struct resource resource[UB_RESOURCES];
	size_t n;		/* resources */
	enum health worst;
	bool json, quiet;
};

static void worse(struct doctor *d, enum health h)
{
	if (h > d->worst)
		d->worst = h;
}

static void look_at_all(struct doctor *d)
{
	for (size_t i = 0; looks[i].name && i < MAX_LOOKS; i++) {
		looks[i].fn(&d->host, &d->found[i]);
		worse(d, d->found[i].health);
	}
	d->n = resources_look(&d->host, d->resource, UB_RESOURCES);
	for (size_t i = 0; i < d->n; i++)
		worse(d, resource_health(&d->resource[i]));
}

static const char *way_out(const struct doctor *d, size_t i)
{
	return d->found[i].way_out ?: looks[i].way_out;
}

static void print_looks(const struct doctor *d)
{
	for (size_t i = 0; looks[i].name && i < MAX_LOOKS; i++) {
		const struct finding *f = &d->found[i];

		if (d->quiet && f->health == HEALTH_GOOD)
			continue;
		printf("%-7s %-12s", health_word(f->health), looks[i].name);
		verb_wrap(f->text, 20, 21);
		if (f->health <= HEALTH_UNTOLD)
			continue;
		printf("%20s", "->");
		verb_wrap(way_out(d, i), 20, 21);
	}
}

static void print_resources(const struct doctor *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct resource *r = &d->resource[i];

		if (d->quiet && resource_health(r) == HEALTH_GOOD)
			continue;
		/* What is true of all is said once. */
		if (i && r->hold == HOLD_UNTOLD && !strcmp(r->why, r[-1].why))
			continue;
		printf("%-14s %-13s", hold_word(r->hold),
		       r->hold == HOLD_UNTOLD ? "resources" : r->name);
		verb_wrap(r->why, 28, 29);
	}
}

static void print_text(const struct doctor *d)
{
	static const char *const ends[] = {
		[HEALTH_GOOD] = "All is good.",
		[HEALTH_UNTOLD] = "Nothing is wrong, but not all of it could be seen.",
		[HEALTH_WEAKER] = "Containers work; something is weaker than it could be.",
		[HEALTH_BAD] = "Containers cannot work here.",
	};

	print_looks(d);
	if (!d->quiet)
		putchar('\n');
	print_resources(d);
	printf("%s%s\n", d->quiet ? "" : "\n", ends[d->worst]);
}

static int print_json(const struct doctor *d)
{
	json_t *all = json_array(), *list = json_array(), *top;
	int lost = 0;

	for (size_t i = 0; looks[i].name && i < MAX_LOOKS; i++)
		lost |= json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:s, s:s}",
			"name", looks[i].name, "what", looks[i].what,
			"health", health_word(d->found[i].health),
			"found", d->found[i].text, "way_out", way_out(d, i)));
	for (size_t i = 0; i < d->n; i++)
		lost |= json_array_append_new(list, json_pack("{s:s, s:s, s:s}",
			"resource", d->resource[i].name,
			"hold", hold_word(d->resource[i].hold),
			"why", d->resource[i].why));
	top = json_pack("{s:s, s:o, s:o}", "health", health_word(d->worst),
			"looks", all, "resources", list);
	if (!top || lost) {
		json_decref(top);
		return -ENOMEM;
	}
	/* What cannot be written is told at the end of the program. */
	json_dumpf(top, stdout, JSON_INDENT(3));
	putchar('\n');
	json_decref(top);
	return 0;
}

static int help(const struct verb *verb)
{
	verb_help(verb);
	printf("      --module FILE     that vzctx.ko, in place of the installed one\n"
	       "  -q, --quiet           only what is not good\n"
	       "      --json            JSON\n\n"
	       "It changes nothing, and loads no module.\n\n"
	       "It looks at:\n");
	for (const struct look *l = looks; l->name; l++)
		printf("  %-12s %s\n", l->name, l->what);
	printf("\nExit status: 0 all is good, 1 something is weaker, or could not be seen,\n"
	       "2 containers cannot work, or a usage error.\n");
	return EXIT_OK;
}

int cmd_doctor(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "module", required_argument, NULL, 'm' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "json", no_argument, NULL, 'J' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct doctor d = { 0 };
	int opt, ret = 0;

	while ((opt = getopt_long(argc, argv, ":hq", opts, NULL)) >= 0) {
		switch (opt) {
		case 'm': d.host.module = optarg; break;
		case 'q': d.quiet = true; break;
		case 'J': d.json = true; break;
		case 'h': return help(verb);
		default: return verb_badopt(opt, argv);
		}
	}
	if (optind < argc)
		return msg_usage(argv[0], "unexpected word \"%s\"", argv[optind]);
	look_at_all(&d);
	if (d.json)
		ret = print_json(&d);
	else
		print_text(&d);
	if (ret)
		return msg_fail(-ret, NULL, "print what was found");
	return d.worst == HEALTH_BAD ? EXIT_USAGE :
	       d.worst == HEALTH_GOOD ? EXIT_OK : EXIT_FAILED;
}
