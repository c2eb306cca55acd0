// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - asking the module about addresses
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "module/nl_ip.h"
#include "module/nl_talk.h"

static int parse_links(struct nlattr **tb, void *arg)
{
	struct vz_links *links = arg;

	if (!tb[VZCTX_A_HOST_LINK])
		return -EBADMSG;
	links->host = nla_get_u32(tb[VZCTX_A_HOST_LINK]);
	links->inside = tb[VZCTX_A_LINK] ? nla_get_u32(tb[VZCTX_A_LINK]) : 0;
	return 0;
}

static int parse_inside(struct nlattr **tb, void *arg)
{
	uint32_t *inside = arg;

	*inside = tb[VZCTX_A_LINK] ? nla_get_u32(tb[VZCTX_A_LINK]) : 0;
	return 0;
}

int vznl_ip_change(struct vznl *nl, uint32_t ctid, const struct in6_addr *ip,
		   bool add, struct vz_links *links)
{
	struct nl_msg *msg = vznl_request(nl, add ? VZCTX_CMD_IP_ADD :
					  VZCTX_CMD_IP_DEL, NLM_F_ACK);

	*links = (struct vz_links){ 0 };
	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, VZCTX_A_CTID, ctid) ||
	    nla_put(msg, VZCTX_A_IP, sizeof(*ip), ip)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return vznl_talk(nl, msg, parse_links, links);
}

static int parse_ip(struct nlattr **tb, void *arg)
{
	struct vz_iplist *l = arg;
	struct vz_ip *v;

	if (!tb[VZCTX_A_CTID] || !tb[VZCTX_A_IP] ||
	    nla_len(tb[VZCTX_A_IP]) != sizeof(v->ip))
		return -EBADMSG;
	v = realloc(l->v, (l->n + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	l->v = v;
	v += l->n++;
	v->ctid = nla_get_u32(tb[VZCTX_A_CTID]);
	memcpy(&v->ip, nla_data(tb[VZCTX_A_IP]), sizeof(v->ip));
	return 0;
}

int vznl_ips(struct vznl *nl, struct vz_iplist *out)
{
	struct nl_msg *msg = vznl_request(nl, VZCTX_CMD_IP, NLM_F_DUMP);
	int ret;

	*out = (struct vz_iplist){ 0 };
	if (!msg)
		return -ENOMEM;
	ret = vznl_talk(nl, msg, parse_ip, out);
	if (ret) {
		free(out->v);
		*out = (struct vz_iplist){ 0 };
	}
	return ret;
}

int vznl_host_link(struct vznl *nl, uint32_t *link)
{
	struct nl_msg *msg = vznl_request(nl, VZCTX_CMD_INFO, NLM_F_ACK);
	struct vz_links links = { 0 };
	int ret = msg ? vznl_talk(nl, msg, parse_links, &links) : -ENOMEM;

	*link = links.host;
	return ret;
}

int vznl_links(struct vznl *nl, uint32_t ctid, struct vz_links *links)
{
	struct nl_msg *msg;
	int ret;

	*links = (struct vz_links){ 0 };
	ret = vznl_host_link(nl, &links->host);
	if (ret)
		return ret;
	msg = vznl_request(nl, VZCTX_CMD_GET, NLM_F_ACK);
	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, VZCTX_A_CTID, ctid)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return vznl_talk(nl, msg, parse_inside, &links->inside);
}
