// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - addresses of a running container: all that are asked for, or none
 *
 * What counts is what it has, which is not always what its file says.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg.h"
#include "module/modload.h"
#include "module/nl_ip.h"
#include "module/running.h"
#include "net/ip.h"
#include "net/venet.h"
#include "vzctl/live.h"
#include "vzctl/setopt.h"
#include "vzctl/vzctl.h"

static bool has(const struct vz_iplist *all, uint32_t ctid,
		const struct in6_addr *ip)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].ctid == ctid &&
		    !memcmp(&all->v[i].ip, ip, sizeof(*ip)))
			return true;
	return false;
}

/* Does it, and remembers that unless the container @had the address all along. */
static int change(struct setlive *l, const struct venet *v,
		  const struct in6_addr *ip, bool add, bool had)
{
	struct live_ip *ips = realloc(l->ips, (l->nips + 1) * sizeof(*ips));
	int ret;

	if (!ips)
		return report_fail(v->report, OUT_ADDRESS, ENOMEM, NULL,
				   "set CT %u", l->ctid);
	l->ips = ips;
	ret = add ? venet_add(v, ip) : venet_del(v, ip);
	if (!ret && had != add)
		ips[l->nips++] = (struct live_ip){ *ip, add };
	return ret;
}

static int del_all(struct setlive *l, const struct venet *v,
		   const struct vz_iplist *all)
{
	int ret = 0;

	for (size_t i = 0; i < all->n && !ret; i++)
		if (all->v[i].ctid == l->ctid)
			ret = change(l, v, &all->v[i].ip, false, true);
	return ret;
}

/* One option as given. */
static int take(struct setlive *l, const struct venet *v,
		const struct setval *val)
{
	bool add = strcmp(val->opt->name, "ipdel");
	struct vz_iplist all;
	struct in6_addr ip;
	int ret = vznl_ips(v->nl, &all);

	if (ret)
		return report_fail(v->report, OUT_ADDRESS, -ret,
				   vznl_sentence(v->nl),
				   "list the addresses of CT %u", l->ctid);
	if (!strcmp(val->value, "all"))
		ret = del_all(l, v, &all);
	else if (ip_parse(val->value, &ip))
		ret = change(l, v, &ip, add, has(&all, l->ctid, &ip));
	free(all.v);
	return ret;
}

/* A connection to the module and the container's network. Return: an outcome. */
static int open_venet(struct setlive *l, struct venet *v)
{
	struct vz_ctx ctx;
	int ret;

	*v = (struct venet){ .ctid = l->ctid, .report = &msg_report };
	ret = modload_open(vznl_open, &v->nl, v->report);
	if (ret)
		return ret;
	ret = running_get(v->nl, l->ctid, "set its addresses", false, &ctx,
			  &v->pidfd, v->report);
	if (ret)
		vznl_close(v->nl);
	else
		vz_ctx_free(&ctx);
	return ret;
}

static void close_venet(struct venet *v)
{
	close(v->pidfd);
	vznl_close(v->nl);
}

int address_apply(struct setlive *l)
{
	const struct setplan *p = l->plan;
	struct venet v;
	int ret = open_venet(l, &v);

	if (ret)
		return outcome_code(ret);
	for (size_t i = 0; i < p->n && !ret; i++)
		if (p->v[i].opt->way == WAY_ADDRESS)
			ret = take(l, &v, &p->v[i]);
	close_venet(&v);
	if (ret)
		return outcome_code(ret);
	venet_hint(conf_get(p->next, "IP_ADDRESS"), v.report);
	return 0;
}

void address_undo(struct setlive *l)
{
	struct venet v;

	if (!l->nips || open_venet(l, &v))
		return;
	while (l->nips) {
		const struct live_ip *last = &l->ips[--l->nips];

		if (last->added)
			venet_del(&v, &last->ip);
		else
			venet_add(&v, &last->ip);
	}
	close_venet(&v);
}
