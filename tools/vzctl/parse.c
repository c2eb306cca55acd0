// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - options of vzctl set and create: from words to a configuration
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/confkey.h"
#include "conf/sample_file.h"
#include "conf/ubcname.h"
#include "lib/msg.h"
#include "vzctl/setopt.h"
#include "vzctl/vzctl.h"

#define FIRST	256	/* above every character getopt might return */

static int bad_value(const struct setopt *o, const char *word)
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
		return strcmp(word, "name") ? bad_value(o, word) : 0;
	else if (!strcmp(o->name, "setmode") && !strcmp(word, "restart"))
		p->setmode = SETMODE_RESTART;
	else if (!strcmp(o->name, "setmode") && !strcmp(word, "ignore"))
		p->setmode = SETMODE_IGNORE;
	else if (!strcmp(o->name, "setmode"))
		return bad_value(o, word);
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
		return bad_value(o, word);
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

bool setplan_has(const struct setplan *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->v[i].opt->name, name))
			return true;
	return false;
}

static int note_key(const char *key, const char *value, void *arg)
{
	struct setplan *p = arg;
	char name[UBC_KEY_SIZE];

	(void)value;
	for (const struct ubcname *u = ubcnames; u->name; u++) {
		ubc_key(u->name, name);
		if (!strcmp(name, key))
			p->ubc[u->id] = true;
	}
	if (!strcmp(key, "CPUUNITS") || !strcmp(key, "CPULIMIT") ||
	    !strcmp(key, "CPUS"))
		p->cpu = true;
	if (!strcmp(key, "VM_OVERCOMMIT") || !strcmp(key, "PHYSPAGES") ||
	    !strcmp(key, "SWAPPAGES"))
		p->vswap = true;
	if (!strcmp(key, "NAMESERVER") || !strcmp(key, "SEARCHDOMAIN"))
		p->dns = true;
	p->keys = true;
	return 0;
}

static int apply_sample(struct setplan *p)
{
	struct conf *sample;
	char names[512];
	int ret = sample_load(p->applyconfig, &sample, &msg_report);

	if (ret == -ENOENT) {
		sample_names(names, sizeof(names));
		msg_note("Sample config file not found: " CONF_DIR "/ve-%s.conf-sample; there are: %s",
			 p->applyconfig, names);
		return VZ_APPLYCONFIG;
	}
	if (ret) {
		msg_fail(-ret, NULL, "read the sample %s", p->applyconfig);
		return VZ_APPLYCONFIG;
	}
	ret = sample_copy(p->next, sample, p->applyconfig);
	conf_each_key(sample, note_key, p);
	conf_free(sample);
	if (!ret)
		return 0;
	msg_fail(-ret, ret == -EINVAL ? "it has a value with a quote, $, ` or backslash" :
		 NULL, "apply the sample %s", p->applyconfig);
	return VZ_APPLYCONFIG;
}

int setplan_apply(struct setplan *p)
{
	int ret = p->applyconfig ? apply_sample(p) : 0;

	for (size_t i = 0; !ret && i < p->n; i++) {
		const struct setopt *o = p->v[i].opt;

		ret = o->put(p, o, p->v[i].value);
		if (ret == -EINVAL)
			ret = bad_value(o, p->v[i].value);
		else if (ret < 0)
			ret = msg_fail(-ret, NULL, "set --%s", o->name) ?
			      VZ_SYSTEM : 0;
	}
	return ret;
}

void setplan_free(struct setplan *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].value);
	free(p->v);
}
