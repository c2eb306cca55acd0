// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - options of vzctl set and create: from words to checked values
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/confkey.h"
#include "lib/msg.h"
#include "vzctl/setopt.h"
#include "vzctl/vzctl.h"

#define FIRST	256	/* above every character getopt might return */

int setplan_bad(const struct setopt *o, const char *word)
{
	msg_note("Bad parameter for --%s: %s", o->name, word);
	return VZ_BAD_VALUE;
}

/* The flags that say how, not what. */
static int control(struct setplan *p, const struct setopt *o, const char *word)
{
	if (!strcmp(o->name, "save"))
		p->save = true;
	else if (!strcmp(o->name, "force"))
		p->force = true;
	else if (!strcmp(o->name, "reset_ub"))
		p->reset_ub = true;
	else if (!strcmp(o->name, "applyconfig"))
		p->applyconfig = word;
	else if (!strcmp(o->name, "config"))
		p->config = word;
	else if (!strcmp(o->name, "layout"))
		p->layout = word;
	else if (!strcmp(o->name, "applyconfig_map"))
		return strcmp(word, "name") ? setplan_bad(o, word) : 0;
	else if (!strcmp(o->name, "setmode") && !strcmp(word, "restart"))
		p->setmode = SETMODE_RESTART;
	else if (!strcmp(o->name, "setmode") && !strcmp(word, "ignore"))
		p->setmode = SETMODE_IGNORE;
	else if (!strcmp(o->name, "setmode"))
		return setplan_bad(o, word);
	return 0;
}

static int take(struct setplan *p, const struct setopt *o, const char *word)
{
	struct setval *v = realloc(p->v, (p->n + 1) * sizeof(*v));
	setval_check *check = o->check;
	enum reading r = READ_OK;
	char value[SETVAL_SIZE];

	if (!v)
		return VZ_SYSTEM;
	p->v = v;
	if (!check && o->key)
		check = confkey_check(o->key);
	if (check)
		r = check(word, value);
	if (!r)
		return setplan_bad(o, word);
	if (r == READ_CUT)
		setplan_cut(o, word, value);
	v += p->n;
	v->opt = o;
	v->value = strdup(check ? value : word);
	if (!v->value)
		return VZ_SYSTEM;
	p->n++;
	return control(p, o, v->value);
}

int setplan_parse(struct setplan *p, int command, int argc, char **argv)
{
	struct option *opts;
	size_t n = 0;
	int opt, ret = 0;

	for (const struct setopt *o = setopts; o->name; o++)
		n++;
	opts = calloc(n + 1, sizeof(*opts));
	if (!opts)
		return VZ_SYSTEM;
	n = 0;
	for (const struct setopt *o = setopts; o->name; o++) {
		if (!(o->commands & command))
			continue;
		opts[n++] = (struct option){
			.name = o->name,
			.has_arg = o->value ? required_argument : no_argument,
			.val = FIRST + (int)(o - setopts),
		};
	}
	optind = 1;
	while (!ret && (opt = getopt_long(argc, argv, "", opts, NULL)) >= 0)
		ret = opt < FIRST ? VZ_BAD_OPTION :
		      take(p, &setopts[opt - FIRST], optarg ? optarg : "");
	free(opts);
	return ret;
}
