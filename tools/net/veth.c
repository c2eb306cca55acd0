// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - Ethernet interfaces of a container: pairs of one end inside and one on
 * the host
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/tc.h"
#include "net/veth.h"

static void put_alias(uint32_t ctid, const char *ifname, char alias[ALIAS_SIZE])
{
	snprintf(alias, ALIAS_SIZE, "vzctx CT %u %s", ctid, ifname);
}

/* Whether it is the host's end of an interface; @ifname NULL: of any. */
static bool is_ours(const struct rtnl_link *l, uint32_t ctid,
		    const char *ifname)
{
	char alias[ALIAS_SIZE];

	put_alias(ctid, ifname ? ifname : "", alias);
	return !strcmp(l->kind, "veth") &&
	       (ifname ? !strcmp(l->alias, alias) :
			 !strncmp(l->alias, alias, strlen(alias)));
}

static int failed(const struct veth *v, const char *ifname, int err,
		  const char *sentence, const char *what)
{
	return report_fail(v->report, OUT_VETH, -err, sentence,
			   "give interface %s to CT %u: %s", ifname, v->ctid,
			   what);
}

struct search {
	uint32_t ctid;
	const char *ifname;
	struct rtnl_link *out;
};

static int see(const struct rtnl_link *l, void *arg)
{
	struct search *s = arg;

	if (!is_ours(l, s->ctid, s->ifname))
		return 0;
	*s->out = *l;
	return 1;
}

/* Return: 1 and the host's end, 0 for none, -errno. */
static int find(struct rtnl *rt, uint32_t ctid, const char *ifname,
		struct rtnl_link *out)
{
	struct search s = { ctid, ifname, out };

	return rtnl_links(rt, see, &s);
}

/* Any bridge will do, whoever made it. */
static int bridge_index(const struct veth *v, struct rtnl *rt,
			const struct netif *n, int64_t *index)
{
	char sentence[160];
	struct rtnl_link l;
	int ret = rtnl_link_named(rt, n->bridge, &l);

	if (!ret && !strcmp(l.kind, "bridge")) {
		*index = l.index;
		return EXIT_OK;
	}
	snprintf(sentence, sizeof(sentence), ret ?
		 "the host has no such bridge; `ip link add %s type bridge && ip link set %s up` makes one" :
		 "%s is no bridge", n->bridge, n->bridge);
	return failed(v, n->ifname, !ret || ret == -ENODEV ? 0 : ret, sentence,
		      n->bridge);
}

/* The end inside: up, so that what is sent to it gets there. */
static int set_inside(const struct veth *v, const struct netif *n,
		      uint32_t index, bool mac)
{
	struct rtnl_change c = RTNL_CHANGE;
	struct rtnl *rt;
	int ret = rtnl_open(&rt, v->pidfd);

	if (ret)
		return failed(v, n->ifname, ret, NULL, "enter its network");
	c.up = 1;
	c.mac = mac ? n->mac : NULL;
	ret = rtnl_link_set(rt, index, &c);
	rtnl_close(rt);
	return ret ? failed(v, n->ifname, ret, NULL, "set up its end inside") :
		     EXIT_OK;
}

static int set_host(const struct veth *v, struct rtnl *rt,
		    const struct netif *n, uint32_t index, int64_t master)
{
	struct rtnl_change c = RTNL_CHANGE;
	char alias[ALIAS_SIZE];
	int ret = tc_set(rt, index, n->filter ? n->mac : NULL, v->kbit);

	if (ret)
		return failed(v, n->ifname, ret, ret == -ENOENT ?
			      "the kernel lacks cls_flower, cls_matchall, act_gact, act_police or sch_ingress; mac_filter=off and no RATE do without" :
			      NULL, "filter its MAC address, or limit its rate");
	put_alias(v->ctid, n->ifname, alias);
	c.alias = alias;
	c.master = master;
	c.up = 1;
	ret = rtnl_link_set(rt, index, &c);
	return ret ? failed(v, n->ifname, ret, NULL, master > 0 ?
			    "put its end on the host into the bridge" :
			    "set up its end on the host") : EXIT_OK;
}

/* A pair left behind by a life that has ended is no reason to fail. */
static int make_pair(const struct veth *v, struct rtnl *rt,
		     const struct netif *n, struct rtnl_link *l)
{
	const struct rtnl_end here = { n->host_ifname, n->host_mac };
	const struct rtnl_end there = { n->ifname, n->mac };
	int net = rtnl_net(v->pidfd), ret;

	if (net < 0)
		return net;
	ret = rtnl_veth(rt, &here, &there, net);
	if (ret == -EEXIST && !rtnl_link_named(rt, n->host_ifname, l) &&
	    is_ours(l, v->ctid, n->ifname) && !rtnl_link_del(rt, l->index))
		ret = rtnl_veth(rt, &here, &there, net);
	close(net);
	return ret ? ret : rtnl_link_named(rt, n->host_ifname, l);
}

static int make(const struct veth *v, struct rtnl *rt, const struct netif *n,
		int64_t master)
{
	struct rtnl_link l;
	char sentence[160];
	int ret = make_pair(v, rt, n, &l);

	snprintf(sentence, sizeof(sentence),
		 "the host has a device %s, or the container one called %s, already",
		 n->host_ifname, n->ifname);
	if (ret)
		return failed(v, n->ifname, ret, ret == -EEXIST ? sentence :
			      NULL, "make a pair of devices");
	ret = set_host(v, rt, n, l.index, master);
	if (!ret)
		ret = set_inside(v, n, l.peer, false);
	if (ret)
		rtnl_link_del(rt, l.index);
	return ret;
}

/* Before 6.2 only a device that is down takes another name. */
static int rename_host(struct rtnl *rt, uint32_t index, const char *name)
{
	struct rtnl_change down = RTNL_CHANGE, fresh = RTNL_CHANGE;
	int ret = rtnl_link_set(rt, index, &(struct rtnl_change){
				.name = name, .master = -1, .net = -1, .up = -1 });

	if (ret != -EBUSY)
		return ret;
	down.up = 0;
	fresh.up = 1;
	fresh.name = name;
	ret = rtnl_link_set(rt, index, &down);
	return ret ? ret : rtnl_link_set(rt, index, &fresh);
}

static int change(const struct veth *v, struct rtnl *rt, const struct netif *n,
		  const struct rtnl_link *l, int64_t master)
{
	struct rtnl_change c = RTNL_CHANGE;
	int ret = 0;

	if (strcmp(l->name, n->host_ifname))
		ret = rename_host(rt, l->index, n->host_ifname);
	if (ret)
		return failed(v, n->ifname, ret, NULL, "name its end on the host");
	c.mac = n->host_mac;
	ret = rtnl_link_set(rt, l->index, &c);
	if (ret)
		return failed(v, n->ifname, ret, NULL, "set its MAC address on the host");
	ret = set_inside(v, n, l->peer, true);
	return ret ? ret : set_host(v, rt, n, l->index, master);
}

int veth_have(const struct veth *v, const struct netif *n,
	      const struct netif *was)
{
	int64_t master = was && *was->bridge ? 0 : -1;
	struct rtnl_link l;
	struct rtnl *rt;
	int ret = rtnl_open(&rt, -1), there = 0;

	if (!ret && !v->fresh)
		there = find(rt, v->ctid, n->ifname, &l);
	if (!ret && there < 0)
		ret = there;
	if (ret)
		return failed(v, n->ifname, ret, NULL,
			      "look at the host's devices");
	if (*n->bridge)
		ret = bridge_index(v, rt, n, &master);
	if (!ret)
		ret = there ? change(v, rt, n, &l, master) :
			      make(v, rt, n, master);
	rtnl_close(rt);
	return ret;
}

int veth_drop(const struct veth *v, const char *ifname)
{
	struct rtnl_link l;
	struct rtnl *rt;
	int ret = rtnl_open(&rt, -1);

	if (!ret) {
		/* Its owner, too, may be removing it. */
		while ((ret = find(rt, v->ctid, ifname, &l)) == 1) {
			ret = rtnl_link_del(rt, l.index);
			if (ret && ret != -ENODEV)
				break;
		}
		rtnl_close(rt);
	}
	return ret ? report_fail(v->report, OUT_VETH, -ret, NULL,
				 "take interface %s from CT %u",
				 ifname ? ifname : "", v->ctid) : EXIT_OK;
}

static int have_one(const struct netif *n, void *arg)
{
	const struct veth *v = arg;

	report_step(v->report, "Configure veth devices: %s", n->host_ifname);
	return veth_have(v, n, NULL);
}

int veth_have_all(const struct veth *v, const char *list)
{
	char wrong[NETIF_WORD];
	int ret = netif_each(v->ctid, list, have_one, (void *)v, wrong);

	if (ret != -EINVAL)
		return ret;
	return report_fail(v->report, OUT_VETH, 0,
			   "that is no interface; edit NETIF in its configuration",
			   "give \"%s\" to CT %u", wrong, v->ctid);
}

struct limit {
	const struct veth *v;
	struct rtnl *rt;
};

static int limit_one(const struct netif *n, void *arg)
{
	const struct limit *limit = arg;
	struct rtnl_link l;
	int ret = rtnl_link_named(limit->rt, n->host_ifname, &l);

	if (ret || !is_ours(&l, limit->v->ctid, n->ifname))
		return EXIT_OK;
	ret = tc_set(limit->rt, l.index, n->filter ? n->mac : NULL, limit->v->kbit);
	return ret ? report_fail(limit->v->report, OUT_VETH, -ret, NULL,
				 "limit the rate of interface %s of CT %u",
				 n->ifname, limit->v->ctid) : EXIT_OK;
}

int veth_limit(const struct veth *v, const char *list)
{
	struct limit limit = { .v = v };
	int ret;

	if (!list || !*list || rtnl_open(&limit.rt, -1))
		return EXIT_OK;
	ret = netif_each(v->ctid, list, limit_one, &limit, NULL);
	rtnl_close(limit.rt);
	return ret < 0 ? EXIT_OK : ret;
}

struct left {
	uint32_t ctid;
	struct rtnl *rt;
};

static int drop_left(const struct netif *n, void *arg)
{
	struct left *left = arg;
	struct rtnl_link l;

	if (!rtnl_link_named(left->rt, n->host_ifname, &l) &&
	    is_ours(&l, left->ctid, n->ifname))
		rtnl_link_del(left->rt, l.index);
	return 0;
}

void veth_sweep(uint32_t ctid, const char *list)
{
	struct left left = { .ctid = ctid };

	if (!list || !*list || rtnl_open(&left.rt, -1))
		return;
	netif_each(ctid, list, drop_left, &left, NULL);
	rtnl_close(left.rt);
}
