// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx limit - sets beancounters of a context
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/beancounter.h>

#include "conf/conf.h"
#include "engine/cgroup.h"
#include "lib/msg.h"
#include "limit/ramfloor.h"
#include "table/bc_row.h"
#include "verbs/limit.h"

static bool touched(const struct vz_res *r, void *arg)
{
	const struct limit *l = arg;

	return limitset_find(&l->set, r->id);
}

static void warn_held(const struct limit *l, const struct vz_ctx *c)
{
	for (size_t i = 0; i < l->set.n; i++) {
		const struct vz_set *set = &l->set.v[i];
		const struct vz_res *r = res_by_id(&l->res, set->id);
		const struct vz_bc *bc = vz_ctx_bc(c, set->id);

		if (!r || !bc || set->keep || bc->held <= set->limit)
			continue;
		msg_note("%s of CT %u: held %" PRIu64 " is above the new limit %" PRIu64 "; %s, new ones are refused",
			 r->name, l->ctid, bc->held, set->limit,
			 r->id == UB_NUMPROC ? "running tasks stay" :
			 "what is held stays");
	}
}

/* What the kernel holds now, whatever was asked for; or what it would hold. */
static int read_back(struct limit *l)
{
	struct bcrow *rows;
	struct vz_ctx c;
	int ret = vznl_get(l->nl, l->ctid, &c);
	size_t n;

	if (ret)
		return msg_fail(-ret, vznl_sentence(l->nl),
				"read limits of CT %u back", l->ctid);
	warn_held(l, &c);
	rows = bcrow_make(&c, &l->res, touched, l, &n);
	for (size_t i = 0; rows && l->dry_run && i < n; i++) {
		const struct vz_set *set = limitset_find(&l->set, rows[i].bc.id);

		if (set && !set->keep) {
			rows[i].bc.barrier = set->barrier;
			rows[i].bc.limit = set->limit;
		}
		if (set && set->act)
			rows[i].bc.action = set->action;
	}
	if (l->dry_run)
		msg_note("nothing is changed; the kernel would take these:");
	ret = rows ? print_table(&l->out, "resources", bcrow_columns,
				 bcrow_ncolumns,
				 l->set.act ? BCROW_DEFAULT ",onlimit" :
					      BCROW_DEFAULT, rows, n,
				 sizeof(*rows)) : -ENOMEM;
	free(rows);
	vz_ctx_free(&c);
	return ret ? msg_fail(-ret, NULL, "print limits of CT %u", l->ctid) :
		     EXIT_OK;
}

/* Of several resources the kernel names none; an uncounted one is the likely. */
static const char *culprit(const struct limit *l)
{
	const struct vz_res *r;

	for (size_t i = 0; i < l->set.n; i++) {
		r = res_by_id(&l->res, l->set.v[i].id);
		if (r && (l->set.n == 1 || r->counted == VZCTX_COUNTED_NO))
			return r->name;
	}
	return "limits";
}

/* The kernel has no such context: the configuration alone can be changed. */
static int set_stopped(struct limit *l)
{
	struct conf *c = conf_load(l->ctid);
	bool known = c;
	int ret;

	conf_free(c);
	if (!known || !l->save || l->dry_run)
		return msg_fail(0, known ? "it is not running; --save sets limits for its next start" :
				"there is no such CT", "set limits of CT %u",
				l->ctid);
	ret = limitset_save(&l->set, &l->res, l->ctid, &msg_report);
	/* As it was asked for; what is read by a program has no line for it. */
	if (!ret && l->out.mode == PRINT_TEXT)
		printf("CT %u is not running; the limits hold from its next start\n",
		       l->ctid);
	return ret;
}

static int change(struct limit *l)
{
	const char *what = "";
	struct vz_set live[LIMITSET_MAX];
	size_t n = limitset_settable(&l->set, &l->res, live, &msg_report);
	int ret = ramfloor_check(l->ctid, live, n, &msg_report), freezer = -1;

	if (ret)
		return ret;
	/* Without one the kernel says what is missing, if it has the context. */
	if (l->set.act && l->set.action == VZCTX_ACTION_FREEZE) {
		freezer = cgroup_freezer(l->ctid);
		if (freezer < 0 && freezer != -ENOENT)
			return msg_fail(-freezer, NULL,
					"freeze CT %u at a limit", l->ctid);
	}
	ret = vznl_set(l->nl, l->ctid, live, n, l->dry_run, freezer);
	if (freezer >= 0)
		close(freezer);
	if (ret == -ENOENT)
		return set_stopped(l);
	if (ret)
		return msg_fail(-ret, vznl_sentence(l->nl), "set %s of CT %u",
				culprit(l), l->ctid);
	if (!l->dry_run) {
		ret = cgroup_limit(l->ctid, live, n, &what);
		if (ret)
			return msg_fail(-ret, "a limit of physpages or swappages needs the memory controller of cgroup2",
					"write %s of the cgroup of CT %u", what,
					l->ctid);
	}
	ret = read_back(l);
	if (!ret && l->save && !l->dry_run)
		ret = limitset_save(&l->set, &l->res, l->ctid, &msg_report);
	return ret;
}

int limit_words(struct limit *l)
{
	int ret = EXIT_OK;

	for (char **word = l->words; !ret && *word; word++)
		ret = limitset_word(&l->set, &l->res, *word, &msg_report);
	if (!ret)
		ret = vswap_take(l->nl, &l->res, l->ctid, &l->vswap, l->set.v,
				 &l->set.n, &msg_report);
	l->set.own = l->set.n;
	if (!ret && l->profile)
		ret = limitset_profile(&l->set, &l->res, l->profile, &msg_report);
	return ret;
}

int limit_set(struct limit *l)
{
	int ret = limit_words(l);

	return ret ? ret : change(l);
}
