// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctl set - change a container's settings
 *
 * Everything is checked first; then what runs is changed, then the file. Where
 * a step fails the ones before it are undone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/confwarn.h"
#include "conf/idrange.h"
#include "conf/names.h"
#include "conf/ubcname.h"
#include "lib/msg.h"
#include "life/life.h"
#include "life/life_step.h"
#include "life/passwd.h"
#include "limit/conflimit.h"
#include "tree/area.h"
#include "vzctl/live.h"
#include "vzctl/setopt.h"
#include "vzctl/vzctl.h"

struct set {
	struct setplan plan;
	uint32_t ctid;
	struct conf *before;	/* NULL: there is no file yet */
	bool running;
	const char *old_name;
};

static int error(int code, const char *text)
{
	msg_note("Error: %s", text);
	return code;
}

/* What the options say about each other. */
static int check_options(const struct set *s)
{
	const struct setplan *p = &s->plan;

	if (p->reset_ub && p->n > 1)
		return error(VZ_BAD_OPTION, "option --reset_ub is exclusive");
	if (setplan_has(p, "offline-resize") && !setplan_has(p, "diskspace"))
		return error(VZ_BAD_OPTION, "option --offline-resize can only be used with --diskspace");
	if (setplan_has(p, "nodemask") && !setplan_has(p, "cpumask"))
		return error(VZ_BAD_OPTION, "option --nodemask requires --cpumask");
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->v[i].opt->name, "cpumask") &&
		    !strcmp(p->v[i].value, "auto") && !setplan_has(p, "nodemask"))
			return error(VZ_BAD_OPTION, "--cpumask auto requires --nodemask");
	if (p->save)
		return 0;
	if (setplan_has(p, "name"))
		return error(VZ_NAME, "unable to use --name option without --save");
	for (size_t i = 0; i < p->n; i++) {
		if (!p->v[i].opt->must_save)
			continue;
		msg_note("Error: unable to use --%s option without --save",
			 p->v[i].opt->name);
		return VZ_BAD_OPTION;
	}
	if (p->force)
		return error(VZ_BAD_OPTION, "--force is useless without --save");
	if (p->setmode == SETMODE_RESTART)
		return error(VZ_BAD_OPTION, "--setmode restart doesn't make sense without --save flag");
	return 0;
}

static bool needs_restart(const struct setplan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].opt->restart)
			return true;
	return false;
}

static int check_running(const struct set *s)
{
	const struct setplan *p = &s->plan;

	if (setplan_has(p, "private") || setplan_has(p, "root")) {
		msg_note("Unable to change %s on a running container",
			 setplan_has(p, "private") ? "VE_PRIVATE" : "VE_ROOT");
		return VZ_RUNNING;
	}
	if (!needs_restart(p) || p->setmode != SETMODE_NONE)
		return 0;
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].opt->restart)
			msg_note("Unable to set %s on a running container",
				 p->v[i].opt->name);
	msg_note("WARNING: Some of the parameters could not be applied to a running container. Please consider using --setmode option");
	return VZ_RUNNING;
}

static int check_name(const struct set *s)
{
	uint32_t whose;

	if (s->plan.name)
		names_shadowed(s->plan.name, s->ctid, &msg_report);
	if (!s->plan.name || !names_find(s->plan.name, &whose) ||
	    whose == s->ctid)
		return 0;
	msg_note("Conflict: name %s already used by container %u", s->plan.name,
		 whose);
	return VZ_NAME;
}

/* OpenVZ knows no container with a limit of memory and none of swap. */
static int check_swap(const struct set *s)
{
	uint64_t bar, lim;

	if (!s->plan.vswap || !conflimit_vswap(s->plan.next) ||
	    ubc_get(s->plan.next, UB_SWAPPAGES, &bar, &lim))
		return 0;
	return error(VZ_UBC_MISSING, "required UB parameter (swap) not set");
}

static int load(struct set *s)
{
	char intent[32];

	s->before = conf_load(s->ctid);
	if (!s->before && errno != ENOENT)
		return outcome_code(msg_end(OUT_BAD_CONF, errno, NULL,
					    "read the configuration of CT %u",
					    s->ctid));
	s->plan.next = s->before ? conf_load(s->ctid) : conf_new();
	if (!s->plan.next)
		return outcome_code(msg_end(OUT_BAD_CONF, errno, NULL,
					    "read the configuration of CT %u",
					    s->ctid));
	snprintf(intent, sizeof(intent), "set CT %u", s->ctid);
	if (s->before && check_finished(s->ctid, s->before, intent, &msg_report))
		return outcome_code(OUT_UNFINISHED);
	s->old_name = s->before ? conf_get(s->before, "NAME") : NULL;
	return 0;
}

static void unload(struct set *s)
{
	conf_free(s->before);
	conf_free(s->plan.next);
	s->before = s->plan.next = NULL;
	s->plan.nuserpw = 0;
	s->plan.replaced_dns = s->plan.replaced_search = false;
	s->plan.ifname = NULL;
}

/* Before anything is saved; a start asks again. */
static int check_places(const struct set *s)
{
	static const char *const option[] = {
		[AREA_PRIVATE] = "private", [AREA_ROOT] = "root",
	};
	struct place p = PLACE_NONE;
	struct areas a;
	int ret = areas_load(&a, s->ctid, s->plan.next, &msg_report);

	if (ret)
		ret = outcome_code(msg_fail(-ret, NULL, "read " CONF_DIR));
	for (int which = AREA_PRIVATE; !ret && which <= AREA_ROOT; which++) {
		if (!setplan_has(&s->plan, option[which]) ||
		    !area_check(&p, &a, which, AREA_SAVE))
			continue;
		msg_note("Bad parameter for --%s: %s", option[which],
			 p.sentence);
		ret = VZ_BAD_VALUE;
	}
	areas_free(&a);
	return ret;
}

/* Reads the file and makes of it what it is to be; changes nothing. */
static int prepare(struct set *s)
{
	struct life_state st = { 0 };
	int ret = load(s);

	if (ret)
		return ret;
	if (s->ctid)
		life_state(s->ctid, &st);
	s->running = st.running;
	ret = setplan_apply(&s->plan);
	/* What is replaced needs no word. */
	if (!ret)
		conf_warn(s->plan.next, &msg_report);
	if (!ret)
		ret = check_swap(s);
	if (!ret && setplan_has(&s->plan, "applyconfig_map"))
		s->plan.name = s->old_name;
	if (!ret)
		ret = check_name(s);
	if (!ret && s->running)
		ret = check_running(s);
	if (!ret && s->ctid)
		ret = check_places(s);
	if (!ret && !s->running && !s->plan.save && !s->plan.nuserpw) {
		ret = outcome_code(msg_end(OUT_NOT_RUNNING, 0, NULL,
					   "set CT %u", s->ctid));
	}
	return ret;
}

static void tell_idle(const struct setplan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct setopt *o = p->v[i].opt;

		for (size_t before = 0; o && before < i; before++)
			if (p->v[before].opt == o)
				o = NULL;
		/* What is not wanted needs no effect. */
		if (!strncmp(p->v[i].value, "nesting:", 8))
			continue;
		if (o && o->idle && strcmp(p->v[i].value, "no") &&
		    strcmp(p->v[i].value, "all"))
			msg_note("--%s has no effect yet%s: %s", o->name,
				 p->save ? ", it is only saved" : "", o->idle);
	}
}

static int not_saved(struct set *s, struct setlive *l, int ret)
{
	char path[64];

	conf_path(s->ctid, path, sizeof(path));
	setlive_undo(l);
	msg_end(OUT_SAVE, -ret, NULL, "save CT configuration to %s; nothing was changed",
		path);
	return VZ_SAVE;
}

static int save(struct set *s, struct setlive *l)
{
	const char *name = s->plan.name, *old = s->old_name;
	uint32_t whose;
	char path[64];
	int ret = 0;

	if (!s->plan.keys && !s->plan.name) {
		msg_step("No changes in CT configuration, not saving");
		return 0;
	}
	conf_path(s->ctid, path, sizeof(path));
	/* A file that others made, or none, has no ids of its container's own. */
	if (s->ctid && !conf_get(s->plan.next, "LOCAL_UID"))
		ret = idrange_give(s->plan.next);
	if (!s->before && !s->plan.applyconfig)
		msg_note("WARNING: %s not found", path);
	/* libvirt reads no configuration that does not say it. */
	if (!ret && s->ctid && !conf_get(s->plan.next, "ONBOOT"))
		ret = conf_set(s->plan.next, "ONBOOT", "no");
	if (ret)
		return not_saved(s, l, ret);
	/* The link may wait for its file; a file without a link never is. */
	if (name)
		ret = names_set(s->ctid, name, NULL, &whose);
	if (!ret)
		ret = conf_save(s->plan.next, s->ctid);
	if (ret && name && (!old || strcmp(old, name)))
		names_set(s->ctid, old ? old : "", name, &whose);
	if (ret)
		return not_saved(s, l, ret);
	if (name) {
		names_set(s->ctid, name, old, &whose);
		msg_step("Name %s assigned", name);
	}
	msg_step("CT configuration saved to %s", path);
	return 0;
}

static int restart(uint32_t ctid)
{
	struct life_start start = { .ctid = ctid };
	int ret = life_stop(ctid, false, 0, &msg_report), status;

	return outcome_code(ret ? ret : life_start(&start, &status, &msg_report));
}

/* With the configurations locked. */
static int change(struct set *s)
{
	struct setlive live = { .ctid = s->ctid };
	int ret = prepare(s);

	if (ret)
		return ret;
	live.before = s->before;
	live.after = s->plan.next;
	if (s->running) {
		ret = setlive_apply(&live, &s->plan);
		if (ret && s->plan.save)
			msg_note("Error: failed to apply some parameters, not saving configuration file!");
	} else if (!s->ctid) {
		msg_note("settings of CT 0 have no effect: the host itself is not limited");
	}
	if (ret)
		return ret;
	tell_idle(&s->plan);
	if (s->plan.save)
		return save(s, &live);
	if (s->plan.keys)
		msg_step("WARNING: Settings were not saved to config and will be lost after CT restart (use --save flag)");
	return 0;
}

static int locked(struct set *s, int (*fn)(struct set *s))
{
	int lock = conf_lock(), ret;

	if (lock < 0) {
		msg_fail(-lock, NULL, "lock " CONF_DIR);
		return VZ_SYSTEM;
	}
	ret = fn(s);
	close(lock);
	return ret;
}

static int reset_ub(struct set *s)
{
	struct setlive live = { .ctid = s->ctid };
	uint64_t bar, lim;
	int ret = load(s);

	if (ret)
		return ret;
	for (const struct ubcname *u = ubcnames; u->name; u++)
		s->plan.ubc[u->id] = ubc_get(s->plan.next, u->id, &bar, &lim);
	s->plan.vswap = true;
	live.before = s->before;
	live.after = s->plan.next;
	return setlive_apply(&live, &s->plan);
}

static int set_passwords(struct set *s)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < s->plan.nuserpw; i++)
		ret = outcome_code(passwd_set(s->ctid, s->plan.userpw[i],
					      s->running, &msg_report));
	return ret;
}

static int set(struct set *s)
{
	struct life_state st = { 0 };
	int ret;

	if (s->plan.reset_ub) {
		life_state(s->ctid, &st);
		if (st.running)
			return locked(s, reset_ub);
		return outcome_code(msg_end(OUT_NOT_RUNNING, 0, NULL,
					    "set CT %u", s->ctid));
	}
	if (setplan_has(&s->plan, "userpasswd")) {
		/* A container that does not exist has no users either. */
		ret = locked(s, prepare);
		if (!ret && !s->before)
			ret = outcome_code(msg_end(OUT_NO_CONF, 0, NULL,
						   "set CT %u", s->ctid));
		if (!ret)
			ret = set_passwords(s);
		if (ret || (!s->plan.keys && !s->plan.save))
			return ret;
		unload(s);
	}
	ret = locked(s, change);
	if (!ret && s->running && needs_restart(&s->plan) &&
	    s->plan.setmode == SETMODE_RESTART)
		ret = restart(s->ctid);
	return ret;
}

int vzctl_set(struct vzctl *v)
{
	struct set s = { .ctid = v->ctid, .plan.ctid = v->ctid };
	int ret = setplan_parse(&s.plan, SETOPT_SET, v->argc, v->argv);

	if (!ret)
		ret = vzctl_extra(v, -1);
	if (!ret && !s.plan.n)
		ret = error(VZ_MISSING, "no option given; see vzctl --help");
	if (!ret)
		ret = check_options(&s);
	if (!ret && !v->ctid && setplan_has(&s.plan, "userpasswd"))
		ret = error(VZ_BAD_OPTION, "--userpasswd does not go with CT 0");
	if (!ret)
		ret = set(&s);
	unload(&s);
	setplan_free(&s.plan);
	return ret;
}
