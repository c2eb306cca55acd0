// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - talking to the module: requests and their answers
 */
#include <errno.h>
#include <sys/socket.h>

#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "module/nl.h"
#include "module/nl_parse.h"
#include "module/nl_talk.h"

/* A dump the kernel marks as torn by a concurrent change is read again. */
#define DUMP_TRIES	8
#define EVENT_RCVBUF	(1 << 20)

int vznl_res(struct vznl *nl, struct vz_reslist *out)
{
	int ret = -EINTR;

	for (int i = 0; i < DUMP_TRIES && ret == -EINTR; i++) {
		struct nl_msg *msg = vznl_request(nl, VZCTX_CMD_RES, NLM_F_DUMP);

		*out = (struct vz_reslist){ 0 };
		if (!msg)
			return -ENOMEM;
		ret = vznl_talk(nl, msg, nl_parse_res, out);
		if (ret)
			vz_reslist_free(out);
	}
	return ret;
}

int vznl_get(struct vznl *nl, uint32_t ctid, struct vz_ctx *out)
{
	struct nl_msg *msg = vznl_request(nl, VZCTX_CMD_GET, NLM_F_ACK);
	int ret;

	*out = (struct vz_ctx){ 0 };
	if (!msg)
		return -ENOMEM;
	nla_put_u32(msg, VZCTX_A_CTID, ctid);
	ret = vznl_talk(nl, msg, nl_parse_ctx, out);
	if (!ret && !out->ctid)
		ret = -EBADMSG;
	if (ret)
		vz_ctx_free(out);
	return ret;
}

int vznl_views(struct vznl *nl, char *text, size_t size)
{
	struct nl_msg *msg = vznl_request(nl, VZCTX_CMD_INFO, NLM_F_ACK);
	struct nl_text views = { text, size };

	*text = '\0';
	return msg ? vznl_talk(nl, msg, nl_parse_views, &views) : -ENOMEM;
}

int vznl_list(struct vznl *nl, struct vz_ctxlist *out)
{
	int ret = -EINTR;

	for (int i = 0; i < DUMP_TRIES && ret == -EINTR; i++) {
		struct nl_msg *msg = vznl_request(nl, VZCTX_CMD_GET, NLM_F_DUMP);

		*out = (struct vz_ctxlist){ 0 };
		if (!msg)
			return -ENOMEM;
		ret = vznl_talk(nl, msg, nl_parse_listed, out);
		if (ret)
			vz_ctxlist_free(out);
	}
	return ret;
}

/* A dump about one context, or about all. */
static int dump_of(struct vznl *nl, int cmd, uint32_t ctid,
		   int (*fn)(struct nlattr **tb, void *arg), void *arg)
{
	struct nl_msg *msg = vznl_request(nl, cmd, NLM_F_DUMP);

	if (!msg)
		return -ENOMEM;
	if (ctid && nla_put_u32(msg, VZCTX_A_CTID, ctid)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return vznl_talk(nl, msg, fn, arg);
}

int vznl_last(struct vznl *nl, uint32_t ctid, struct vz_ctxlist *out)
{
	int ret;

	*out = (struct vz_ctxlist){ 0 };
	ret = dump_of(nl, VZCTX_CMD_LAST, ctid, nl_parse_listed, out);
	if (ret)
		vz_ctxlist_free(out);
	return ret;
}

int vznl_why(struct vznl *nl, uint32_t ctid, struct vz_eventlist *out)
{
	int ret;

	*out = (struct vz_eventlist){ 0 };
	ret = dump_of(nl, VZCTX_CMD_WHY, ctid, nl_parse_hit, out);
	if (ret)
		vz_eventlist_free(out);
	return ret;
}

static int put_set(struct nl_msg *msg, const struct vz_set *set, size_t n)
{
	struct nlattr *bcs, *bc;

	if (!n)
		return 0;
	bcs = nla_nest_start(msg, VZCTX_A_BCS);
	if (!bcs)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		bc = nla_nest_start(msg, VZCTX_A_BC);
		if (!bc ||
		    nla_put_u32(msg, VZCTX_BC_A_ID, set[i].id) ||
		    (!set[i].keep &&
		     (nla_put_u64(msg, VZCTX_BC_A_BARRIER, set[i].barrier) ||
		      nla_put_u64(msg, VZCTX_BC_A_LIMIT, set[i].limit))) ||
		    (set[i].act &&
		     nla_put_u32(msg, VZCTX_BC_A_ACTION, set[i].action)))
			return -ENOMEM;
		nla_nest_end(msg, bc);
	}
	nla_nest_end(msg, bcs);
	return 0;
}

int vznl_create(struct vznl *nl, uint32_t ctid, uint32_t pid,
		const struct vz_set *set, size_t n)
{
	struct nl_msg *msg = vznl_request(nl, VZCTX_CMD_CREATE, NLM_F_ACK);

	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, VZCTX_A_CTID, ctid) ||
	    nla_put_u32(msg, VZCTX_A_PID, pid) || put_set(msg, set, n)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return vznl_talk(nl, msg, NULL, NULL);
}

int vznl_destroy(struct vznl *nl, uint32_t ctid)
{
	struct nl_msg *msg = vznl_request(nl, VZCTX_CMD_DESTROY, NLM_F_ACK);

	if (!msg)
		return -ENOMEM;
	nla_put_u32(msg, VZCTX_A_CTID, ctid);
	return vznl_talk(nl, msg, NULL, NULL);
}

int vznl_set(struct vznl *nl, uint32_t ctid, const struct vz_set *set,
	     size_t n, bool dry_run, int freezer)
{
	struct nl_msg *msg = vznl_request(nl, VZCTX_CMD_SET, NLM_F_ACK);

	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, VZCTX_A_CTID, ctid) || put_set(msg, set, n) ||
	    (dry_run && nla_put_u32(msg, VZCTX_A_FLAGS, VZCTX_F_DRY_RUN)) ||
	    (freezer >= 0 && nla_put_u32(msg, VZCTX_A_FREEZER, freezer))) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return vznl_talk(nl, msg, NULL, NULL);
}

int vznl_open(struct vznl **nlp)
{
	struct vznl *nl = vznl_alloc();
	int ret = nl ? vznl_connect(nl) : -ENOMEM;

	if (ret)
		vznl_close(nl);
	else
		*nlp = nl;
	return ret;
}

void vznl_close(struct vznl *nl)
{
	if (!nl)
		return;
	nl_socket_free(nl->sk);
	free(nl);
}

const char *vznl_sentence(const struct vznl *nl)
{
	return nl->sentence;
}

static int join_events(struct vznl *nl)
{
	int ret = genl_ctrl_resolve_grp(nl->sk, VZCTX_GENL_NAME,
					VZCTX_GENL_GROUP_EVENTS);

	/* Events answer no request: their sequence numbers match nothing. */
	nl_socket_disable_seq_check(nl->sk);
	if (ret >= 0) {
		nl_socket_set_buffer_size(nl->sk, EVENT_RCVBUF, 0);
		ret = nl_socket_add_membership(nl->sk, ret);
	}
	if (ret >= 0)
		ret = nl_socket_set_nonblocking(nl->sk);
	return ret < 0 ? vznl_errno(ret) : 0;
}

static int on_event(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[VZCTX_A_MAX + 1];
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct vznl *nl = arg;
	struct vz_event ev;

	if (genlmsg_hdr(nlh)->cmd == VZCTX_CMD_EVENT &&
	    genlmsg_parse(nlh, 0, tb, VZCTX_A_MAX, NULL) >= 0 &&
	    !nl_parse_event(tb, &ev))
		nl->event_fn(&ev, nl->arg);
	return NL_OK;
}

int vznl_events_open(struct vznl **nlp)
{
	struct vznl *nl = vznl_alloc();
	int ret = nl ? vznl_connect(nl) : -ENOMEM;

	if (!ret)
		ret = join_events(nl);
	if (ret) {
		vznl_close(nl);
		return ret;
	}
	nl_socket_modify_cb(nl->sk, NL_CB_VALID, NL_CB_CUSTOM, on_event, nl);
	*nlp = nl;
	return 0;
}

int vznl_events_fd(const struct vznl *nl)
{
	return nl_socket_get_fd(nl->sk);
}

int vznl_events_read(struct vznl *nl,
		     void (*fn)(const struct vz_event *ev, void *arg),
		     void *arg)
{
	int ret;

	nl->event_fn = fn;
	nl->arg = arg;
	do {
		ret = nl_recvmsgs_default(nl->sk);
	} while (ret >= 0 || ret == -NLE_INTR);

	if (ret == -NLE_AGAIN)
		return 0;
	/* The socket's ENOBUFS arrives under this name. */
	if (ret == -NLE_NOMEM)
		return -ENOBUFS;
	return vznl_errno(ret);
}
