// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctl create - a container from a template
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/globalconf.h"
#include "conf/names.h"
#include "lib/msg.h"
#include "life/life.h"
#include "vzctl/setopt.h"
#include "vzctl/vzctl.h"

#define MAX_KEYS	32

struct keys {
	const char *v[2 * MAX_KEYS + 1];
	size_t n;
};

/* What life_create() has words of its own for is left to it. */
static int add_key(const char *key, const char *value, void *arg)
{
	struct keys *k = arg;

	if (!strcmp(key, "OSTEMPLATE") || !strcmp(key, "VE_ROOT") ||
	    !strcmp(key, "VE_PRIVATE") || k->n + 2 > 2 * MAX_KEYS)
		return 0;
	k->v[k->n++] = key;
	k->v[k->n++] = value;
	return 0;
}

static int check_layout(const char *layout)
{
	if (!layout || !strcmp(layout, "simfs"))
		return 0;
	if (!strncmp(layout, "ploop", 5)) {
		msg_note("Unable to create a container with layout %s: ploop images are not supported, use --layout simfs",
			 layout);
		return VZ_LAYOUT;
	}
	msg_note("Bad parameter for --layout: %s", layout);
	return VZ_BAD_VALUE;
}

static int check_ids(const struct conf *c)
{
	const char *uid = conf_get(c, "LOCAL_UID");
	const char *gid = conf_get(c, "LOCAL_GID");

	if (!uid && !gid)
		return 0;
	if (uid && gid && !strcmp(uid, gid) && strcmp(uid, "0"))
		return 0;
	msg_note("Bad parameter for --local_uid: it has to be the same number as --local_gid, and above 0: a container has ids of its own");
	return VZ_BAD_VALUE;
}

static int check_name(const char *name, uint32_t ctid)
{
	uint32_t whose;

	if (name)
		names_shadowed(name, ctid, &msg_report);
	if (!name || !*name || !names_find(name, &whose) || whose == ctid)
		return 0;
	msg_note("Conflict: name %s already used by container %u", name, whose);
	return VZ_NAME;
}

static int give_name(uint32_t ctid, const char *name)
{
	int lock = conf_lock(), ret = lock < 0 ? lock : 0;
	uint32_t whose;

	if (!ret)
		ret = names_set(ctid, name, NULL, &whose);
	if (lock >= 0)
		close(lock);
	if (!ret) {
		msg_step("Name %s assigned", name);
		return 0;
	}
	msg_fail(-ret, NULL, "name CT %u %s", ctid, name);
	return VZ_NAME;
}

static int create(struct setplan *p)
{
	const char *name = conf_get(p->next, "NAME");
	struct keys keys = { 0 };
	struct life_create c = {
		.ctid = p->ctid,
		.ostemplate = globalconf(p->next, "OSTEMPLATE"),
		.sample = p->config ? p->config :
			  globalconf(NULL, "CONFIGFILE"),
		.private = conf_get(p->next, "VE_PRIVATE"),
		.root = conf_get(p->next, "VE_ROOT"),
		.keys = keys.v,
		.reuse_conf = true,
		.progress = !msg_quiet,
	};
	int ret;

	if (!c.ostemplate)
		c.ostemplate = globalconf(NULL, "DEF_OSTEMPLATE");
	if (!c.ostemplate || !*c.ostemplate) {
		msg_note("No OS template given: use --ostemplate NAME, or set DEF_OSTEMPLATE in " GLOBAL_CONF);
		return VZ_NO_OSTEMPLATE;
	}
	conf_each_key(p->next, add_key, &keys);
	ret = outcome_code(life_create(&c, &msg_report));
	if (!ret && name && *name)
		ret = give_name(p->ctid, name);
	for (size_t i = 0; !ret && i < p->n; i++)
		if (p->v[i].opt->idle)
			msg_note("--%s has no effect yet, it is only saved: %s",
				 p->v[i].opt->name, p->v[i].opt->idle);
	return ret;
}

int vzctl_create(struct vzctl *v)
{
	struct setplan p = { .ctid = v->ctid, .next = conf_new() };
	int ret = p.next ? 0 : VZ_SYSTEM;

	if (!ret)
		ret = setplan_parse(&p, SETOPT_CREATE, v->argc, v->argv);
	if (!ret)
		ret = vzctl_extra(v, -1);
	if (!ret)
		ret = setplan_apply(&p);
	if (!ret)
		ret = check_layout(p.layout ? p.layout :
				   globalconf(NULL, "VE_LAYOUT"));
	if (!ret)
		ret = check_ids(p.next);
	if (!ret)
		ret = check_name(conf_get(p.next, "NAME"), v->ctid);
	if (!ret)
		ret = create(&p);
	setplan_free(&p);
	conf_free(p.next);
	return ret;
}
