// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzlist - OpenVZ's list of containers
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/confwarn.h"
#include "conf/globalconf.h"
#include "conf/names.h"
#include "lib/layout.h"
#include "lib/msg.h"
#include "life/life.h"
#include "module/nl.h"
#include "vzlist/vzlist.h"

#define FIELDS		"ctid,numproc,status,ip,hostname"
#define NAME_FIELDS	"smart_name,numproc,status,ip,hostname"

struct list {
	bool all, stopped, no_header, no_trim, json, reverse;
	const char *output;
	const struct vzl_field *sort;
	const char *hostname, *name, *description;
	uint32_t *wanted;
	size_t nwanted;
	const struct vzl_field **field;
	size_t nfield;
	struct vzl_ct *ct;
	size_t n;
};

static bool is_wanted(const struct list *l, uint32_t ctid)
{
	for (size_t i = 0; i < l->nwanted; i++)
		if (l->wanted[i] == ctid)
			return true;
	return !l->nwanted;
}

static struct vzl_ct *find(struct list *l, uint32_t ctid)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->ct[i].ctid == ctid)
			return &l->ct[i];
	return NULL;
}

static struct vzl_ct *add(struct list *l, uint32_t ctid)
{
	struct vzl_ct *v = realloc(l->ct, (l->n + 1) * sizeof(*v));

	if (!v)
		return NULL;
	l->ct = v;
	v += l->n++;
	*v = (struct vzl_ct){ .ctid = ctid, .status = VZL_STOPPED };
	v->conf = conf_load(ctid);
	if (!v->conf)
		v->conf = conf_new();
	return v->conf ? v : NULL;
}

/* What runs, with its figures; nothing does where there is no module. */
static int add_running(struct list *l)
{
	struct vz_ctxlist all = { 0 };
	struct vznl *nl;
	int ret = vznl_open(&nl);

	if (ret)
		return ret == -ENOENT ? 0 : ret;
	ret = vznl_list(nl, &all);
	for (size_t i = 0; !ret && i < all.n; i++) {
		struct vzl_ct *ct;

		if (all.v[i].state != VZCTX_STATE_RUNNING ||
		    !is_wanted(l, all.v[i].ctid))
			continue;
		ct = add(l, all.v[i].ctid);
		if (!ct) {
			ret = -ENOMEM;
			break;
		}
		ct->status = VZL_RUNNING;
		ct->ctx = all.v[i];
		all.v[i].bc = NULL;
		all.v[i].nbc = 0;
	}
	vz_ctxlist_free(&all);
	vznl_close(nl);
	return ret;
}

static int add_stopped(uint32_t ctid, const struct conf *c, void *arg)
{
	struct list *l = arg;

	if (!c || !is_wanted(l, ctid) || find(l, ctid))
		return 0;
	return add(l, ctid) ? 0 : -ENOMEM;
}

static void look_up(struct vzl_ct *ct)
{
	struct life_state st = { 0 };
	const char *name = conf_get(ct->conf, "NAME");
	char private[4096];
	uint32_t whose;

	ct->named = name && names_find(name, &whose) && whose == ct->ctid;
	if (ct->status == VZL_RUNNING)
		return;
	conf_private(ct->conf, ct->ctid, private, sizeof(private));
	ct->hidden = access(private, F_OK);
	life_state(ct->ctid, &st);
	if (st.mounted)
		ct->status = VZL_MOUNTED;
	else if (st.suspended)
		ct->status = VZL_SUSPENDED;
}

static bool matches(const struct vzl_ct *ct, const char *key, const char *pattern)
{
	const char *text = vzl_text(ct, key);

	return !pattern || (text && !fnmatch(pattern, text, 0));
}

static bool is_shown(const struct list *l, const struct vzl_ct *ct)
{
	return !ct->hidden &&
	       (!l->stopped || ct->status != VZL_RUNNING) &&
	       matches(ct, "HOSTNAME", l->hostname) &&
	       matches(ct, "NAME", l->name) &&
	       matches(ct, "DESCRIPTION", l->description);
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct vzl_ct *x = a, *y = b;
	const struct list *l = arg;
	int ret = l->sort ? vzl_compare(l->sort, x, y) : 0;

	if (!ret && x->ctid != y->ctid)
		ret = x->ctid < y->ctid ? -1 : 1;
	return l->reverse ? -ret : ret;
}

static int collect(struct list *l)
{
	int ret = add_running(l);

	if (!ret && (l->all || l->stopped || l->nwanted))
		ret = conf_each(add_stopped, l);
	if (ret) {
		msg_fail(-ret, NULL, "list containers");
		return 1;
	}
	for (size_t i = 0; i < l->n; i++)
		look_up(&l->ct[i]);
	if (l->n)
		qsort_r(l->ct, l->n, sizeof(*l->ct), compare, l);
	/* Who asks for what runs asks often. */
	for (size_t i = 0; i < l->n; i++)
		if (is_shown(l, &l->ct[i]) &&
		    (l->all || l->stopped || l->nwanted))
			conf_warn(l->ct[i].conf, &msg_report);
	return 0;
}

/* Blanks at the end of a line are nobody's. */
static void print_line(char *line)
{
	size_t len = strlen(line);

	while (len && line[len - 1] == ' ')
		len--;
	printf("%.*s\n", (int)len, line);
}

static void print_row(const struct list *l, const struct vzl_ct *ct)
{
	char *line = NULL;
	size_t size;
	FILE *f = open_memstream(&line, &size);

	if (!f)
		return;
	for (size_t i = 0; i < l->nfield; i++) {
		if (i)
			fputc(' ', f);
		if (ct)
			vzl_cell(l->field[i], ct,
				 !l->no_trim && i + 1 < l->nfield, f);
		else
			vzl_heading(l->field[i], f);
	}
	if (!fclose(f))
		print_line(line);
	free(line);
}

static void print_table(const struct list *l)
{
	if (!l->no_header)
		print_row(l, NULL);
	for (size_t i = 0; i < l->n; i++)
		if (is_shown(l, &l->ct[i]))
			print_row(l, &l->ct[i]);
}

static void print_json(const struct list *l)
{
	bool more = false;

	putchar('[');
	for (size_t i = 0; i < l->n; i++) {
		if (!is_shown(l, &l->ct[i]))
			continue;
		fputs(more ? ",\n  {" : "\n  {", stdout);
		more = true;
		for (size_t f = 0; f < l->nfield; f++) {
			printf("%s\n    \"%s\": ", f ? "," : "",
			       vzl_field_name(l->field[f]));
			vzl_json(l->field[f], &l->ct[i], stdout);
		}
		fputs("\n  }", stdout);
	}
	fputs("\n]\n", stdout);
}

static int add_field(struct list *l, const struct vzl_field *f)
{
	const struct vzl_field **v = realloc(l->field,
					     (l->nfield + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	l->field = v;
	v[l->nfield++] = f;
	return 0;
}

static int choose_fields(struct list *l)
{
	const char *p = l->output ? l->output : FIELDS;
	const struct vzl_field *f = NULL;
	char name[64];

	if (!l->output && l->json) {
		while ((f = vzl_field_next(f)))
			if (vzl_field_json(f) && add_field(l, f))
				return 1;
		return 0;
	}
	for (;;) {
		size_t len = strcspn(p, ",");

		snprintf(name, sizeof(name), "%.*s", (int)len, p);
		f = vzl_field_find(name);
		if (!f) {
			msg_note("Unknown field: %s", name);
			return 1;
		}
		if (l->json && !vzl_field_json(f)) {
			msg_note("Field `%s' is not available in JSON output",
				 name);
			return 1;
		}
		if (add_field(l, f))
			return 1;
		p += len;
		if (!*p++)
			return 0;
	}
}

static int take_wanted(struct list *l, const char *word)
{
	uint32_t *v = realloc(l->wanted, (l->nwanted + 1) * sizeof(*v));

	if (!v)
		return 1;
	l->wanted = v;
	if (!names_ctid(word, &v[l->nwanted])) {
		msg_note("CT ID %s is invalid.", word);
		return 1;
	}
	l->nwanted++;
	return 0;
}

static void help(FILE *to)
{
	fputs("Usage: vzlist [-a | -S] [-n] [-H] [-t] [-j] [-o FIELD[,FIELD...] | -1]\n"
	      "              [-s [-]FIELD] [-h PATTERN] [-N PATTERN] [-d PATTERN] [CTID...]\n"
	      "       vzlist -L | --help\n\n"
	      "  -a, --all              stopped containers too\n"
	      "  -S, --stopped          stopped containers only\n"
	      "  -n, --name             names in place of CTIDs, where there are some\n"
	      "  -H, --no-header        no line of headings\n"
	      "  -t, --no-trim          long values as they are\n"
	      "  -j, --json             JSON, all fields unless -o says which\n"
	      "  -o, --output FIELDS    choose fields\n"
	      "  -1                     the same as -H -o ctid\n"
	      "  -s, --sort [-]FIELD    sort by a field; - backwards\n"
	      "  -h, --hostname PATTERN     only hosts with such a name\n"
	      "  -N, --name_filter PATTERN  only containers with such a name\n"
	      "  -d, --description PATTERN  only containers with such a description\n"
	      "  -L, --list             list the fields\n"
	      "      --help             this text\n\n"
	      "Without -a, -S and CTIDs: running containers. Patterns are a shell's.\n", to);
}

static int list_fields(void)
{
	const struct vzl_field *f = NULL;

	while ((f = vzl_field_next(f)))
		vzl_describe(f, stdout);
	return 0;
}

static int take_sort(struct list *l, const char *word)
{
	l->reverse = *word == '-';
	l->sort = vzl_field_find(word + l->reverse);
	if (l->sort)
		return -1;
	msg_note("Invalid sort field name: %s", word);
	return 1;
}

/* Return: an exit status to leave with, or -1 to go on. */
static int options(struct list *l, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "stopped", no_argument, NULL, 'S' },
		{ "name", no_argument, NULL, 'n' },
		{ "no-header", no_argument, NULL, 'H' },
		{ "no-trim", no_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "output", required_argument, NULL, 'o' },
		{ "sort", required_argument, NULL, 's' },
		{ "hostname", required_argument, NULL, 'h' },
		{ "name_filter", required_argument, NULL, 'N' },
		{ "description", required_argument, NULL, 'd' },
		{ "list", no_argument, NULL, 'L' },
		{ "help", no_argument, NULL, 'e' },
		{ 0 },
	};
	int opt, ret = -1;

	while (ret < 0 && (opt = getopt_long(argc, argv, "HtSanjN:h:d:o:s:L1",
					     opts, NULL)) >= 0) {
		switch (opt) {
		case 'a': l->all = true; break;
		case 'S': l->stopped = true; break;
		case 'n': l->output = NAME_FIELDS; break;
		case 'H': l->no_header = true; break;
		case 't': l->no_trim = true; break;
		case 'j': l->json = true; break;
		case 'o': l->output = optarg; break;
		case '1':
			l->output = "ctid";
			l->no_header = true;
			break;
		case 's': ret = take_sort(l, optarg); break;
		case 'h': l->hostname = optarg; break;
		case 'N': l->name = optarg; break;
		case 'd': l->description = optarg; break;
		case 'L': return list_fields();
		case 'e':
			help(stdout);
			return 0;
		default:
			help(stderr);
			return 1;
		}
	}
	for (; ret < 0 && optind < argc; optind++)
		if (take_wanted(l, argv[optind]))
			ret = 1;
	return ret;
}

static int run(struct list *l)
{
	if (geteuid()) {
		msg_note("This program can only be run under root.");
		return 1;
	}
	if (choose_fields(l))
		return 1;
	if (collect(l))
		return 1;
	if (!l->n) {
		msg_note("Container(s) not found");
		return l->nwanted ? 1 : 0;
	}
	if (l->json)
		print_json(l);
	else
		print_table(l);
	return 0;
}

int vzlist_main(int argc, char **argv)
{
	struct list l = { 0 };
	int ret = options(&l, argc, argv);

	/* Without it bytes would count for columns. */
	layout_locale();
	if (ret < 0)
		ret = run(&l);
	for (size_t i = 0; i < l.n; i++) {
		conf_free(l.ct[i].conf);
		vz_ctx_free(&l.ct[i].ctx);
	}
	free(l.ct);
	free(l.field);
	free(l.wanted);
	return ret;
}
