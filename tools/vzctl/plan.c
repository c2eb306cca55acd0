// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - from the options of vzctl set and create to a list of changes
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/sample_file.h"
#include "lib/msg.h"
#include "vzctl/plan.h"
#include "vzctl/setopt.h"
#include "vzctl/vzctl.h"

bool setplan_has(const struct setplan *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->v[i].opt->name, name))
			return true;
	return false;
}

/* A sample has keys that no option names. */
static enum setway way_of(const char *key)
{
	for (const struct setopt *o = setopts; o->name; o++)
		if (o->key && !strcmp(o->key, key))
			return o->way;
	return WAY_NONE;
}

void setplan_find_ways(struct setplan *p)
{
	for (struct change *c = p->changes; c; c = c->next)
		c->way = way_of(c->key);
}

static int change(const char *key, const char *value, void *arg)
{
	return setplan_change(arg, key, value);
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
	ret = sample_each(sample, p->applyconfig, change, p);
	conf_free(sample);
	if (!ret)
		return 0;
	msg_fail(-ret, ret == -EINVAL ? "it has a value with a quote, $, ` or backslash" :
		 NULL, "apply the sample %s", p->applyconfig);
	return VZ_APPLYCONFIG;
}

int setplan_apply(struct setplan *p)
{
	int ret;

	setplan_forget(p);
	ret = p->applyconfig ? apply_sample(p) : 0;
	for (size_t i = 0; !ret && i < p->n; i++) {
		const struct setopt *o = p->v[i].opt;

		ret = o->put(p, o, p->v[i].value);
		if (ret == -EINVAL)
			ret = setplan_bad(o, p->v[i].value);
		else if (ret < 0)
			ret = msg_fail(-ret, NULL, "set --%s", o->name) ?
			      VZ_SYSTEM : 0;
	}
	setplan_find_ways(p);
	return ret;
}

void setplan_free(struct setplan *p)
{
	setplan_forget(p);
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].value);
	free(p->v);
}
