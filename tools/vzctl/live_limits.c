// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the limits of a running container: all that are asked for, or none
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conf/ubcname.h"
#include "engine/cgroup.h"
#include "lib/msg.h"
#include "lib/parse.h"
#include "limit/conflimit.h"
#include "limit/ramfloor.h"
#include "module/modload.h"
#include "module/nl.h"
#include "vzctl/live.h"
#include "vzctl/vzctl.h"

#define NO_MEMORY_CGROUP "a limit of physpages or swappages needs the memory controller of cgroup2"

/* What is counted; of the rest those that were asked for are named. */
static size_t choose(const struct setplan *p, const struct vz_reslist *res,
		     struct vz_set *set)
{
	struct vz_set implied[CONFLIMIT_IMPLIED];
	size_t more = setplan_vswap(p) ? conflimit_implied(p->next, implied) : 0;
	char left_out[512] = "", key[UBC_KEY_SIZE];
	size_t n = 0, len = 0;

	for (const struct ubcname *u = ubcnames; u->name; u++) {
		const struct vz_res *r = res_by_id(res, u->id);
		struct vz_set s = { .id = u->id };

		ubc_key(u->name, key);
		if (!setplan_find(p, key) ||
		    !ubc_get(p->next, u->id, &s.barrier, &s.limit))
			continue;
		conflimit_fit(&s);
		if (r && r->counted != VZCTX_COUNTED_NO)
			set[n++] = s;
		else if (len < sizeof(left_out))
			len += snprintf(left_out + len, sizeof(left_out) - len,
					" %s", u->name);
	}
	for (size_t i = 0; i < more; i++) {
		const struct vz_res *r = res_by_id(res, implied[i].id);

		if (r && r->counted != VZCTX_COUNTED_NO)
			set[n++] = implied[i];
	}
	if (len)
		msg_note("not counted on this kernel, so without effect:%s",
			 left_out);
	return n;
}

/* Which of them it is that the kernel does not take. */
static int refused(struct vznl *nl, uint32_t ctid, const struct vz_reslist *res,
		   const struct vz_set *set, size_t n, int err)
{
	for (size_t i = 0; i < n; i++) {
		int ret = vznl_set(nl, ctid, &set[i], 1, true, -1);
		const struct vz_res *r = res_by_id(res, set[i].id);

		if (!ret || !r)
			continue;
		msg_fail(-ret, vznl_sentence(nl), "set %s of CT %u", r->name,
			 ctid);
		return VZ_UBC;
	}
	msg_fail(-err, vznl_sentence(nl), "set limits of CT %u", ctid);
	return VZ_UBC;
}

static void remember(struct setlive *l, const struct vz_ctx *c,
		     const struct vz_set *set, size_t n)
{
	l->nwas = 0;
	for (size_t i = 0; i < n; i++) {
		const struct vz_bc *bc = vz_ctx_bc(c, set[i].id);

		if (bc)
			l->was[l->nwas++] = (struct vz_set){
				.id = bc->id,
				.barrier = bc->barrier,
				.limit = bc->limit,
			};
	}
}

static int limits_with(struct setlive *l, struct vznl *nl,
		       const struct vz_reslist *res)
{
	struct vz_set set[UB_RESOURCES + CONFLIMIT_IMPLIED];
	size_t n = choose(l->plan, res, set);
	const char *what = "";
	struct vz_ctx c;
	int ret;

	if (!n)
		return 0;
	ret = vznl_get(nl, l->ctid, &c);
	if (ret) {
		msg_fail(-ret, vznl_sentence(nl), "read limits of CT %u",
			 l->ctid);
		return VZ_UBC;
	}
	remember(l, &c, set, n);
	vz_ctx_free(&c);
	if (ramfloor_check(l->ctid, set, n, &msg_report)) {
		l->nwas = 0;
		return VZ_UBC;
	}
	ret = vznl_set(nl, l->ctid, set, n, false, -1);
	if (ret) {
		l->nwas = 0;
		return refused(nl, l->ctid, res, set, n, ret);
	}
	ret = cgroup_limit(l->ctid, set, n, &what);
	if (ret) {
		msg_fail(-ret, NO_MEMORY_CGROUP,
			 "write %s of the cgroup of CT %u", what, l->ctid);
		return VZ_UBC;
	}
	msg_step("UB limits were set successfully");
	return 0;
}

int limits_apply(struct setlive *l)
{
	struct vz_reslist res = { 0 };
	struct vznl *nl;
	int ret;

	if (modload_open(vznl_open, &nl, &msg_report))
		return VZ_NO_KERNEL;
	ret = vznl_res(nl, &res);
	if (ret) {
		msg_fail(-ret, vznl_sentence(nl), "list the kernel's resources");
		ret = VZ_UBC;
	} else {
		ret = limits_with(l, nl, &res);
	}
	vz_reslist_free(&res);
	vznl_close(nl);
	return ret;
}

void limits_undo(struct setlive *l)
{
	const char *what = "";
	struct vznl *nl;

	if (!l->nwas || vznl_open(&nl))
		return;
	if (vznl_set(nl, l->ctid, l->was, l->nwas, false, -1))
		msg_note("warning: limits of CT %u could not be put back: %s",
			 l->ctid, vznl_sentence(nl));
	cgroup_limit(l->ctid, l->was, l->nwas, &what);
	l->nwas = 0;
	vznl_close(nl);
}
