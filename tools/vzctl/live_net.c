// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - addresses and interfaces of a running container: all that are asked for,
 * or none
 *
 * What counts is what it has, which is not always what its file says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg.h"
#include "module/modload.h"
#include "module/nl_ip.h"
#include "module/running.h"
#include "net/ip.h"
#include "net/nat.h"
#include "net/netdev.h"
#include "net/venet.h"
#include "net/veth.h"
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

static int put_nat(struct setlive *l, const struct conf *c)
{
	struct vznl *nl;
	int ret = modload_open(vznl_open, &nl, &msg_report);

	if (ret)
		return outcome_code(ret);
	ret = nat_set(nl, l->ctid, c, &msg_report);
	vznl_close(nl);
	return ret ? outcome_code(ret) : 0;
}

static int put_rules(struct setlive *l, const struct conf *c)
{
	struct veth e = { .ctid = l->ctid, .kbit = conf_rate(c),
			  .report = &msg_report };
	int ret = veth_limit(&e, conf_get(c, "NETIF"));

	return ret ? outcome_code(ret) : put_nat(l, c);
}

int nat_apply(struct setlive *l)
{
	const struct conf *c = l->plan->next;

	if (setplan_find(l->plan, "RATE") && !conf_rate(c))
		msg_note("warning: no rate is guaranteed; it is a limit with --ratebound yes");
	return put_rules(l, c);
}

void nat_undo(struct setlive *l)
{
	put_rules(l, l->plan->before);
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
	/* Its manager reads that when it starts, at the latest with the container. */
	setup_managers(l->ctid, p->next);
	venet_hint(conf_get(p->next, "IP_ADDRESS"), v.report);
	return nat_wanted(p->next) ? put_nat(l, p->next) : 0;
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
	if (nat_wanted(l->plan->before))
		put_nat(l, l->plan->before);
}

/*
 * The interface that one option is about, if it is about one; @ifname: the one that
 * --ifname has named.
 */
static const char *subject(const struct setval *val, const char **ifname,
			   char buf[IFNAMSIZ])
{
	if (!strcmp(val->opt->name, "ifname"))
		*ifname = val->value;
	if (val->opt->way != WAY_NETIF)
		return NULL;
	if (strcmp(val->opt->name, "netif_add"))
		return !strcmp(val->opt->name, "netif_del") ? val->value : *ifname;
	snprintf(buf, IFNAMSIZ, "%.*s", (int)strcspn(val->value, ","), val->value);
	return buf;
}

static int put_listed(const struct netif *n, void *arg)
{
	return veth_have(arg, n, NULL);
}

/* Makes one, or all, what @to says; @from said something else. */
static int put_one(const struct veth *v, const char *ifname,
		   const struct conf *from, const struct conf *to)
{
	struct netif was, n;
	bool had = netif_find(v->ctid, conf_get(from, "NETIF"), ifname, &was);
	int ret;

	if (!strcmp(ifname, "all")) {
		ret = veth_drop(v, NULL);
		return ret ? ret : netif_each(v->ctid, conf_get(to, "NETIF"),
					      put_listed, (void *)v, NULL);
	}
	if (!netif_find(v->ctid, conf_get(to, "NETIF"), ifname, &n))
		return veth_drop(v, ifname);
	return veth_have(v, &n, had ? &was : NULL);
}

static int put_all(struct setlive *l, const struct conf *from,
		   const struct conf *to)
{
	const struct setplan *p = l->plan;
	const char *ifname = NULL, *about;
	struct venet v;
	struct veth e = { .ctid = l->ctid, .kbit = conf_rate(to),
			  .report = &msg_report };
	char buf[IFNAMSIZ];
	int ret = open_venet(l, &v);

	if (ret)
		return outcome_code(ret);
	e.pidfd = v.pidfd;
	for (size_t i = 0; i < p->n && !ret; i++) {
		about = subject(&p->v[i], &ifname, buf);
		if (about)
			ret = put_one(&e, about, from, to);
	}
	close_venet(&v);
	return ret ? outcome_code(ret) : 0;
}

int netif_apply(struct setlive *l)
{
	return put_all(l, l->plan->before, l->plan->next);
}

void netif_undo(struct setlive *l)
{
	put_all(l, l->plan->next, l->plan->before);
}

/* The devices of one option, each by itself. @back: what it asks for the other way round */
static int put_devices(const struct veth *v, const struct setval *val, bool back)
{
	bool give = !strcmp(val->opt->name, "netdev_add") != back;
	char *copy = strdup(val->value), *save = NULL, *word;
	int ret = copy ? 0 : VZ_SYSTEM;

	word = copy ? strtok_r(copy, " ", &save) : NULL;
	for (; word && !ret; word = strtok_r(NULL, " ", &save))
		ret = give ? netdev_give(v, word) : netdev_take(v, word);
	free(copy);
	return ret;
}

static int put_netdevs(struct setlive *l, bool back)
{
	const struct setplan *p = l->plan;
	struct veth e = { .ctid = l->ctid, .report = &msg_report };
	struct venet v;
	int ret = open_venet(l, &v);

	if (ret)
		return outcome_code(ret);
	e.pidfd = v.pidfd;
	for (size_t i = 0; i < p->n && !ret; i++)
		if (p->v[i].opt->way == WAY_NETDEV)
			ret = put_devices(&e, &p->v[i], back);
	close_venet(&v);
	return ret ? outcome_code(ret) : 0;
}

int netdev_apply(struct setlive *l)
{
	return put_netdevs(l, false);
}

void netdev_undo(struct setlive *l)
{
	put_netdevs(l, true);
}
