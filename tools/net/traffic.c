// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what containers have received and sent
 *
 * The kernel counts, on each device: venet inside, where nobody but the module can
 * count; of a pair of Ethernet devices on the host's end, whose other direction it is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "module/nl_ip.h"
#include "net/traffic.h"

static int add(struct traffics *all, const struct traffic *t)
{
	struct traffic *v = realloc(all->v, (all->n + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	all->v = v;
	v[all->n++] = *t;
	return 0;
}

static int see_end(const struct rtnl_link *l, void *arg)
{
	struct traffic t = { .in = l->sent, .out = l->received };

	if (strcmp(l->kind, "veth") ||
	    sscanf(l->alias, "vzctx CT %u %15s", &t.ctid, t.name) != 2)
		return 0;
	return add(arg, &t);
}

/* That an init has ended, or gone to another network, is no error. */
static int add_venet(struct vznl *nl, const struct vz_ctx *c,
		     struct traffics *all)
{
	struct traffic t = { .ctid = c->ctid, .name = "venet0" };
	struct vz_links links;
	struct rtnl_link l;
	struct rtnl *rt;
	int pidfd, ret;

	if (vznl_links(nl, c->ctid, &links) || !links.inside)
		return 0;
	pidfd = pidfd_open(c->pid, 0);
	if (pidfd < 0)
		return 0;
	ret = rtnl_open(&rt, pidfd);
	close(pidfd);
	if (ret)
		return 0;
	ret = rtnl_link_get(rt, links.inside, &l);
	rtnl_close(rt);
	if (ret || strcmp(l.kind, "venet"))
		return 0;
	t.in = l.received;
	t.out = l.sent;
	return add(all, &t);
}

static int compare(const void *a, const void *b)
{
	const struct traffic *x = a, *y = b;

	if (x->ctid != y->ctid)
		return x->ctid < y->ctid ? -1 : 1;
	return strcmp(x->name, y->name);
}

int traffic_read(struct vznl *nl, struct traffics *out)
{
	struct vz_ctxlist list = { 0 };
	struct rtnl *rt;
	int ret = rtnl_open(&rt, -1);

	*out = (struct traffics){ 0 };
	if (ret)
		return ret;
	ret = rtnl_links(rt, see_end, out);
	rtnl_close(rt);
	if (!ret)
		ret = vznl_list(nl, &list);
	for (size_t i = 0; i < list.n && !ret; i++)
		if (list.v[i].state == VZCTX_STATE_RUNNING)
			ret = add_venet(nl, &list.v[i], out);
	vz_ctxlist_free(&list);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), compare);
	if (ret) {
		free(out->v);
		*out = (struct traffics){ 0 };
	}
	return ret;
}
