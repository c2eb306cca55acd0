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
	struct conf *before;	/* empty where there is no file yet */
	bool no_file, running;
	const char *name, *old_name;	/* the one to be given, or NULL */
};

static int check_name(const struct set *s)
{
	uint32_t whose;

	if (s->name)
		names_shadowed(s->name, s->ctid, &msg_report);
	if (!s->name || !names_find(s->name, &whose) || whose == s->ctid)
		return 0;
	msg_note("Conflict: name %s already used by container %u", s->name,
		 whose);
	return VZ_NAME;
}

/* OpenVZ knows no container with a limit of memory and none of swap. */
static int check_swap(const struct set *s)
{
	uint64_t bar, lim;

	if (!setplan_vswap(&s->plan) || !conflimit_vswap(s->plan.next) ||
	    ubc_get(s->plan.next, UB_SWAPPAGES, &bar, &lim))
		return 0;
	return setplan_error(VZ_UBC_MISSING, "required UB parameter (swap) not set");
}

static int load(struct set *s)
{
	char intent[32];

	s->before = conf_load(s->ctid);
	s->no_file = !s->before && errno == ENOENT;
	if (s->no_file)
		s->before = conf_new();
	if (!s->before)
		return outcome_code(msg_end(OUT_BAD_CONF, errno, NULL,
					    "read the configuration of CT %u",
					    s->ctid));
	s->plan.next = s->no_file ? conf_new() : conf_load(s->ctid);
	if (!s->plan.next)
		return outcome_code(msg_end(OUT_BAD_CONF, errno, NULL,
					    "read the configuration of CT %u",
					    s->ctid));
	s->plan.before = s->before;
	snprintf(intent, sizeof(intent), "set CT %u", s->ctid);
	if (!s->no_file && check_finished(s->ctid, s->before, intent, &msg_report))
		return outcome_code(OUT_UNFINISHED);
	return 0;
}

static void unload(struct set *s)
{
	setplan_forget(&s->plan);
	conf_free(s->before);
	conf_free(s->plan.next);
	s->plan.before = s->before = s->plan.next = NULL;
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

/* --applyconfig_map name gives the container the name that it has. */
static void choose_name(struct set *s)
{
	const struct change *c = setplan_find(&s->plan, "NAME");

	s->name = s->old_name = NULL;
	if (c) {
		s->name = c->value ? c->value : "";
		s->old_name = c->old;
	} else if (setplan_has(&s->plan, "applyconfig_map")) {
		s->name = s->old_name = conf_get(s->before, "NAME");
	}
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
	choose_name(s);
	if (!ret)
		ret = check_name(s);
	if (!ret && s->running)
		ret = setplan_check_running(&s->plan);
	if (!ret && s->ctid)
		ret = check_places(s);
	if (!ret && !s->running && !s->plan.save &&
	    !setplan_has(&s->plan, "userpasswd")) {
		ret = outcome_code(msg_end(OUT_NOT_RUNNING, 0, NULL,
					   "set CT %u", s->ctid));
	}
	return ret;
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
	const char *name = s->name, *old = s->old_name;
	uint32_t whose;
	char path[64];
	int ret = 0;

	if (!s->plan.changes && !name) {
		msg_step("No changes in CT configuration, not saving");
		return 0;
	}
	conf_path(s->ctid, path, sizeof(path));
	/* A file that others made, or none, has no ids of its container's own. */
	if (s->ctid && !conf_get(s->plan.next, "LOCAL_UID"))
		ret = idrange_give(s->plan.next);
	if (s->no_file && !s->plan.applyconfig)
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

static int change_prepared(struct set *s, struct setlive *live)
{
	int ret = 0;

	if (setplan_find(&s->plan, "CPUS") || setplan_find(&s->plan, "CPULIMIT"))
		cgcpu_warn(s->ctid, s->plan.next, &msg_report);
	if (s->running) {
		ret = setlive_apply(live);
		if (ret && s->plan.save)
			msg_note("Error: failed to apply some parameters, not saving configuration file!");
	} else if (!s->ctid) {
		msg_note("settings of CT 0 have no effect: the host itself is not limited");
	}
	if (ret)
		return ret;
	setplan_tell_idle(&s->plan);
	if (s->plan.save)
		return save(s, live);
	if (s->plan.changes)
		msg_step("WARNING: Settings were not saved to config and will be lost after CT restart (use --save flag)");
	return 0;
}

/* With the configurations locked. */
static int change(struct set *s)
{
	struct setlive live = { .ctid = s->ctid, .plan = &s->plan };
	int ret = prepare(s);

	if (!ret)
		ret = change_prepared(s, &live);
	setlive_forget(&live);
	return ret;
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
	struct setlive live = { .ctid = s->ctid, .plan = &s->plan };
	char key[UBC_KEY_SIZE];
	uint64_t bar, lim;
	int ret = load(s);

	for (const struct ubcname *u = ubcnames; !ret && u->name; u++) {
		ubc_key(u->name, key);
		if (ubc_get(s->before, u->id, &bar, &lim))
			ret = setplan_change(&s->plan, key,
					     conf_get(s->before, key));
	}
	if (ret < 0)
		ret = msg_fail(-ret, NULL, "set CT %u", s->ctid) ? VZ_SYSTEM : 0;
	setplan_find_ways(&s->plan);
	if (!ret)
		ret = setlive_apply(&live);
	setlive_forget(&live);
	return ret;
}

static int set_passwords(struct set *s)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < s->plan.n; i++)
		if (!strcmp(s->plan.v[i].opt->name, "userpasswd"))
			ret = outcome_code(passwd_set(s->ctid,
						      s->plan.v[i].value,
						      s->running,
						      &msg_report));
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
		if (!ret && s->no_file)
			ret = outcome_code(msg_end(OUT_NO_CONF, 0, NULL,
						   "set CT %u", s->ctid));
		if (!ret)
			ret = set_passwords(s);
		if (ret || (!s->plan.changes && !s->plan.save))
			return ret;
		unload(s);
	}
	ret = locked(s, change);
	if (!ret && s->running && setplan_restart(&s->plan) &&
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
		ret = setplan_error(VZ_MISSING, "no option given; see vzctl --help");
	if (!ret)
		ret = setplan_check(&s.plan);
	if (!ret && !v->ctid && setplan_has(&s.plan, "userpasswd"))
		ret = setplan_error(VZ_BAD_OPTION, "--userpasswd does not go with CT 0");
	if (!ret)
		ret = set(&s);
	unload(&s);
	setplan_free(&s.plan);
	return ret;
}
