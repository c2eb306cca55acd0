// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - addresses of a container, on all that they have to be on
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module/nl_ip.h"
#include "module/running.h"
#include "net/ip.h"
#include "net/rtnl.h"
#include "net/rtnl_link.h"
#include "net/sysctl.h"
#include "net/venet.h"

/*
 * One at a time: who sweeps must not take a route for left over that somebody is just
 * making. Nobody holds it for long who is not stopped.
 */
static int net_lock(void)
{
	return running_file_lock("net", LOCK_EX);
}

#define NET_BUSY "another command is at work on the host's network, and does not end"

/* Whether an address lies in the network that a row is about. */
static bool is_neighbour(const struct rtnl_row *row, const struct in6_addr *ip)
{
	size_t len, row_len;
	const unsigned char *a = ip_bytes(ip, &len);
	const unsigned char *b = ip_bytes(&row->ip, &row_len);
	unsigned int bytes = row->len / 8, bits = row->len % 8;

	if (len != row_len || row->len >= 8 * len || memcmp(a, b, bytes))
		return false;
	return !bits || !((a[bytes] ^ b[bytes]) >> (8 - bits));
}

static bool is_among(const struct rtnl_rows *rows, uint32_t link,
		     const struct in6_addr *ip)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->v[i].link == link &&
		    !memcmp(&rows->v[i].ip, ip, sizeof(*ip)))
			return true;
	return false;
}

/*
 * On the devices behind which others may look for the address. What the administrator
 * has made there does as well, and stays his.
 */
static int add_proxies(struct rtnl *rt, const struct rtnl_rows *own,
		       const struct in6_addr *ip)
{
	struct rtnl_rows there;
	int ret = rtnl_proxies(rt, &there);

	for (size_t i = 0; i < own->n && !ret; i++) {
		if (!is_neighbour(&own->v[i], ip))
			continue;
		if (!is_among(&there, own->v[i].link, ip))
			ret = rtnl_proxy(rt, true, own->v[i].link, ip);
		if (!ret && !ip_is_v4(ip))
			ret = sysctl_device(own->v[i].link, "ipv6", "proxy_ndp");
	}
	free(there.v);
	return ret;
}

static void del_proxies(struct rtnl *rt, const struct in6_addr *ip)
{
	struct rtnl_rows rows;

	if (rtnl_proxies(rt, &rows))
		return;
	for (size_t i = 0; i < rows.n; i++)
		if (rows.v[i].ours && !memcmp(&rows.v[i].ip, ip, sizeof(*ip)))
			rtnl_proxy(rt, false, rows.v[i].link, ip);
	free(rows.v);
}

static int failed(const struct venet *v, const struct in6_addr *ip, int err,
		  const char *sentence, const char *what)
{
	char text[IP_TEXT];

	return report_fail(v->report, OUT_ADDRESS, -err, sentence,
			   "give %s to CT %u: %s", ip_text(ip, text), v->ctid,
			   what);
}

/* Whose it is, as of now. */
static int used(const struct venet *v, const struct in6_addr *ip)
{
	char text[IP_TEXT], sentence[80] = "another container has it";
	struct vz_iplist l;

	if (!vznl_ips(v->nl, &l)) {
		for (size_t i = 0; i < l.n; i++)
			if (!memcmp(&l.v[i].ip, ip, sizeof(*ip)))
				snprintf(sentence, sizeof(sentence),
					 "CT %u has it", l.v[i].ctid);
		free(l.v);
	}
	return report_fail(v->report, OUT_ADDRESS_USED, 0, sentence,
			   "give %s to CT %u", ip_text(ip, text), v->ctid);
}

static bool net_of(const struct vz_ctx *c, struct stat *st)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%u/ns/net", c->pid);
	return c->pid && !stat(path, st);
}

static bool has_any(const struct vz_iplist *l, uint32_t ctid)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].ctid == ctid)
			return true;
	return false;
}

/* Another container with addresses in the network of @v's; 0: there is none now. */
static uint32_t neighbour_of(const struct venet *v, const struct vz_ctxlist *l,
			     const struct vz_iplist *ips)
{
	struct stat own = { 0 }, st;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].ctid == v->ctid && !net_of(&l->v[i], &own))
			return 0;
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].ctid != v->ctid && net_of(&l->v[i], &st) &&
		    st.st_ino == own.st_ino && has_any(ips, l->v[i].ctid))
			return l->v[i].ctid;
	return 0;
}

/* The module says that another container has its venet where this one's would be. */
static int shared(const struct venet *v, const struct in6_addr *ip)
{
	char text[IP_TEXT], sentence[128];
	struct vz_ctxlist l = { 0 };
	struct vz_iplist ips = { 0 };
	uint32_t other = 0;

	snprintf(sentence, sizeof(sentence), "%s", vznl_sentence(v->nl));
	if (!vznl_list(v->nl, &l) && !vznl_ips(v->nl, &ips))
		other = neighbour_of(v, &l, &ips);
	vz_ctxlist_free(&l);
	free(ips.v);
	if (other)
		snprintf(sentence, sizeof(sentence),
			 "it shares its network with CT %u, give it to that", other);
	return report_fail(v->report, OUT_ADDRESS, 0, sentence,
			   "give %s to CT %u", ip_text(ip, text), v->ctid);
}

/* Whether the route that is in the way is what a killed container left. */
static bool is_left_over(struct rtnl *rt, uint32_t link,
			 const struct in6_addr *ip)
{
	struct rtnl_rows rows;
	bool found;

	if (rtnl_routes(rt, &rows))
		return false;
	found = is_among(&rows, link, ip);
	free(rows.v);
	return found;
}

static int make_host(const struct venet *v, struct rtnl *rt, uint32_t link,
		     const struct in6_addr *ip, const struct rtnl_rows *own)
{
	int ret = rtnl_link_up(rt, link);

	if (ret)
		return failed(v, ip, ret, NULL, "bring up the host's venet");
	ret = rtnl_route(rt, true, link, ip);
	if (ret && !(ret == -EEXIST && is_left_over(rt, link, ip)))
		return failed(v, ip, ret, ret == -EEXIST ?
			      "the host has another route to it; `ip route` shows it" :
			      NULL, "make the route to it");
	ret = add_proxies(rt, own, ip);
	if (ret)
		return failed(v, ip, ret, NULL, "answer for it on the network");
	return EXIT_OK;
}

/* The network of its init, if its device is in that. An init can go to another one. */
static int open_inside(const struct venet *v, uint32_t link, struct rtnl **rt)
{
	int ret = rtnl_open(rt, v->pidfd);

	if (ret)
		return ret;
	ret = rtnl_is_venet(*rt, link);
	if (ret)
		rtnl_close(*rt);
	return ret;
}

/* What its root has set up there already is as good. */
static int make_inside(const struct venet *v, uint32_t link,
		       const struct in6_addr *ip)
{
	struct rtnl *rt;
	int ret = open_inside(v, link, &rt);

	if (ret)
		return failed(v, ip, ret, ret == -ENODEV ?
			      "its init is in another network than its venet0" :
			      NULL, "enter its network");
	ret = rtnl_link_up(rt, link);
	if (!ret)
		ret = rtnl_address(rt, true, link, ip);
	if (!ret || ret == -EEXIST)
		ret = rtnl_default(rt, link, ip);
	rtnl_close(rt);
	if (ret && ret != -EEXIST)
		return failed(v, ip, ret, NULL, "set up the interface inside");
	return EXIT_OK;
}

static void unmake(const struct venet *v, struct rtnl *rt,
		   const struct vz_links *links, const struct in6_addr *ip)
{
	struct rtnl *inside;

	del_proxies(rt, ip);
	rtnl_route(rt, false, links->host, ip);
	if (links->inside && !open_inside(v, links->inside, &inside)) {
		rtnl_address(inside, false, links->inside, ip);
		rtnl_close(inside);
	}
}

static int add_with(const struct venet *v, struct rtnl *rt,
		    const struct rtnl_rows *own, const struct in6_addr *ip)
{
	struct vz_links links;
	char text[IP_TEXT];
	bool fresh;
	int ret;

	for (size_t i = 0; i < own->n; i++)
		if (!memcmp(&own->v[i].ip, ip, sizeof(*ip)))
			return report_fail(v->report, OUT_ADDRESS_USED, 0,
					   "the host itself has it",
					   "give %s to CT %u", ip_text(ip, text),
					   v->ctid);
	ret = vznl_ip_change(v->nl, v->ctid, ip, true, &links);
	if (ret == -EADDRINUSE)
		return used(v, ip);
	if (ret == -EBUSY)
		return shared(v, ip);
	/* What it has already is made whole where something is missing. */
	fresh = ret != -EEXIST;
	if (!fresh)
		ret = vznl_links(v->nl, v->ctid, &links);
	if (ret)
		return report_fail(v->report, OUT_ADDRESS, -ret,
				   vznl_sentence(v->nl), "give %s to CT %u",
				   ip_text(ip, text), v->ctid);
	ret = make_host(v, rt, links.host, ip, own);
	if (!ret)
		ret = make_inside(v, links.inside, ip);
	if (ret && fresh) {
		unmake(v, rt, &links, ip);
		vznl_ip_change(v->nl, v->ctid, ip, false, &links);
	}
	return ret;
}

int venet_add(const struct venet *v, const struct in6_addr *ip)
{
	struct rtnl_rows own = { 0 };
	struct rtnl *rt = NULL;
	int lock = net_lock();
	int ret = lock < 0 ? lock : rtnl_open(&rt, -1);

	if (!ret)
		ret = rtnl_addresses(rt, &own);
	ret = ret ? failed(v, ip, ret, lock == -EWOULDBLOCK ? NET_BUSY : NULL,
			   "look at the host's network") :
		    add_with(v, rt, &own, ip);
	free(own.v);
	rtnl_close(rt);
	if (lock >= 0)
		close(lock);
	return ret;
}

int venet_del(const struct venet *v, const struct in6_addr *ip)
{
	struct vz_links links;
	struct rtnl *rt = NULL;
	char text[IP_TEXT];
	int lock = net_lock();
	int ret = lock < 0 ? lock : rtnl_open(&rt, -1);

	if (!ret)
		ret = vznl_ip_change(v->nl, v->ctid, ip, false, &links);
	if (!ret)
		unmake(v, rt, &links, ip);
	rtnl_close(rt);
	if (lock >= 0)
		close(lock);
	if (!ret || ret == -EADDRNOTAVAIL)
		return EXIT_OK;
	return report_fail(v->report, OUT_ADDRESS, -ret,
			   lock == -EWOULDBLOCK ? NET_BUSY : vznl_sentence(v->nl),
			   "take %s from CT %u", ip_text(ip, text), v->ctid);
}

struct all {
	const struct venet *v;
	int added;		/* how many of them */
	int undo;		/* how many are to be taken back */
};

static int add_one(const struct in6_addr *ip, void *arg)
{
	struct all *a = arg;
	int ret = venet_add(a->v, ip);

	a->added += !ret;
	return ret;
}

static int undo_one(const struct in6_addr *ip, void *arg)
{
	struct all *a = arg;

	return a->undo-- > 0 ? venet_del(a->v, ip), 0 : 1;
}

int venet_add_all(const struct venet *v, const char *list)
{
	struct report beside;
	struct venet back = *v;
	struct all a = { .v = v };
	char wrong[IP_WORD];
	int ret;

	if (!list || !*list)
		return EXIT_OK;
	if (ip_wrong(list, wrong))
		return report_fail(v->report, OUT_ADDRESS, 0,
				   "that is no address; edit IP_ADDRESS in its configuration",
				   "give \"%s\" to CT %u", wrong, v->ctid);
	report_step(v->report, "Adding IP address(es): %s", list);
	ret = ip_each(list, add_one, &a);
	if (!ret)
		return EXIT_OK;
	report_beside(&beside, v->report);
	back.report = &beside;
	a.v = &back;
	a.undo = a.added;
	ip_each(list, undo_one, &a);
	return ret;
}

struct kinds {
	bool v4, v6;
};

static int see_kind(const struct in6_addr *ip, void *arg)
{
	struct kinds *k = arg;

	*(ip_is_v4(ip) ? &k->v4 : &k->v6) = true;
	return 0;
}

void venet_hint(const char *list, struct report *report)
{
	struct kinds k = { 0 };

	ip_each(list, see_kind, &k);
	if (k.v4 && !sysctl_is_on("net/ipv4/ip_forward"))
		report_note(report, "warning: net.ipv4.ip_forward is 0, so only this host reaches it; `sysctl -w net.ipv4.ip_forward=1` lets others and other containers");
	if (k.v6 && !sysctl_is_on("net/ipv6/conf/all/forwarding"))
		report_note(report, "warning: net.ipv6.conf.all.forwarding is 0, so only this host reaches it by IPv6; `sysctl -w net.ipv6.conf.all.forwarding=1` lets others and other containers");
}

/* Calls @del for each row of ours, on @link unless it is 0, whose address nobody has. */
static void del_orphans(struct rtnl *rt, const struct rtnl_rows *rows,
			uint32_t link, const struct vz_iplist *l,
			int (*del)(struct rtnl *rt, bool add, uint32_t link,
				   const struct in6_addr *ip))
{
	for (size_t i = 0; i < rows->n; i++) {
		bool owned = !rows->v[i].ours ||
			     (link && rows->v[i].link != link);

		for (size_t k = 0; k < l->n && !owned; k++)
			owned = !memcmp(&l->v[k].ip, &rows->v[i].ip,
					sizeof(l->v[k].ip));
		if (!owned)
			del(rt, false, rows->v[i].link, &rows->v[i].ip);
	}
}

/* A device that is down has no routes, and a host's may be many to look through. */
static void sweep(struct vznl *nl, struct rtnl *rt, uint32_t link)
{
	struct rtnl_rows routes = { 0 }, proxies = { 0 };
	struct vz_iplist l = { 0 };

	if ((!device_is_up(link) || !rtnl_routes(rt, &routes)) && !rtnl_proxies(rt, &proxies) &&
	    (routes.n || proxies.n) && !vznl_ips(nl, &l)) {
		del_orphans(rt, &routes, link, &l, rtnl_route);
		del_orphans(rt, &proxies, 0, &l, rtnl_proxy);
	}
	free(routes.v);
	free(proxies.v);
	free(l.v);
}

void venet_sweep(void)
{
	struct rtnl *rt;
	struct vznl *nl;
	uint32_t link;
	int lock;

	if (vznl_open(&nl))
		return;
	lock = vznl_host_link(nl, &link) ? -1 : net_lock();
	if (lock >= 0 && !rtnl_open(&rt, -1)) {
		sweep(nl, rt, link);
		rtnl_close(rt);
	}
	if (lock >= 0)
		close(lock);
	vznl_close(nl);
}
