// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - talking to the module: requests and their answers
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "module/nl.h"
#include "module/nl_parse.h"

/* A dump the kernel marks as torn by a concurrent change is read again. */
#define DUMP_TRIES	8
#define EVENT_RCVBUF	(1 << 20)

struct vznl {
	struct nl_sock *sk;
	int family;
	char sentence[256];
	/* state of the request under way */
	int err;
	bool done;
	bool torn;
	int (*fn)(struct nlattr **tb, void *arg);
	void (*event_fn)(const struct vz_event *ev, void *arg);
	void *arg;
};

/* @nle: negative. libnl has its own, smaller set of errors; these it makes. */
static int nle_to_errno(int nle)
{
	switch (nle < 0 ? -nle : nle) {
	case NLE_NOMEM: return -ENOMEM;
	case NLE_AGAIN: return -EAGAIN;
	case NLE_INTR: return -EINTR;
	case NLE_PERM: return -EPERM;
	case NLE_NOACCESS: return -EACCES;
	case NLE_OBJ_NOTFOUND: return -ENOENT;
	case NLE_DUMP_INTR: return -EINTR;
	case NLE_MSG_TRUNC: return -EMSGSIZE;
	default: return -EIO;
	}
}

static void take_sentence(struct vznl *nl, const struct nlmsghdr *nlh,
			  size_t off)
{
	const struct nlattr *a;
	int len;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    nlh->nlmsg_len < NLMSG_HDRLEN + NLMSG_ALIGN(off))
		return;

	a = (const struct nlattr *)((const char *)NLMSG_DATA(nlh) +
				    NLMSG_ALIGN(off));
	len = nlh->nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(off);
	a = nla_find(a, len, NLMSGERR_ATTR_MSG);
	if (a)
		nla_strlcpy(nl->sentence, a, sizeof(nl->sentence));
}

static int on_error(struct sockaddr_nl *who, struct nlmsgerr *e, void *arg)
{
	/* libnl hands out a pointer into the message it received. */
	const struct nlmsghdr *nlh =
		(const struct nlmsghdr *)((const char *)e - NLMSG_HDRLEN);
	struct vznl *nl = arg;
	size_t off = sizeof(*e);

	(void)who;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) &&
	    e->msg.nlmsg_len >= sizeof(e->msg))
		off += e->msg.nlmsg_len - sizeof(e->msg);
	take_sentence(nl, nlh, off);
	nl->err = e->error ? e->error : -EIO;
	nl->done = true;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct vznl *nl = arg;

	(void)msg;
	nl->done = true;
	return NL_STOP;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct vznl *nl = arg;
	int err;

	if (nlh->nlmsg_len >= NLMSG_HDRLEN + sizeof(err)) {
		memcpy(&err, NLMSG_DATA(nlh), sizeof(err));
		if (err < 0) {
			nl->err = err;
			take_sentence(nl, nlh, sizeof(err));
		}
	}
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		nl->torn = true;
	nl->done = true;
	return NL_STOP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[VZCTX_A_MAX + 1];
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct vznl *nl = arg;
	int ret;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		nl->torn = true;
	if (nl->err || !nl->fn)
		return NL_OK;
	ret = genlmsg_parse(nlh, 0, tb, VZCTX_A_MAX, NULL);
	if (ret < 0)
		nl->err = -EBADMSG;
	else
		nl->err = nl->fn(tb, nl->arg);
	return NL_OK;
}

static struct nl_msg *request(struct vznl *nl, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	nl->sentence[0] = '\0';
	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
			 NLM_F_REQUEST | flags, cmd, VZCTX_GENL_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Sends @msg, frees it, and reads until the kernel has said the last word. */
static int talk(struct vznl *nl, struct nl_msg *msg,
		int (*fn)(struct nlattr **tb, void *arg), void *arg)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int ret;

	if (!cb) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	nl->err = 0;
	nl->done = false;
	nl->torn = false;
	nl->fn = fn;
	nl->arg = arg;
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, nl);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, nl);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, nl);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, nl);

	ret = nl_send_auto(nl->sk, msg);
	nlmsg_free(msg);
	while (ret >= 0 && !nl->done) {
		ret = nl_recvmsgs(nl->sk, cb);
		if (ret == -NLE_DUMP_INTR) {
			nl->torn = true;
			ret = 0;
		}
	}
	nl_cb_put(cb);

	if (nl->err)
		return nl->err;
	if (!nl->done)
		return ret < 0 ? nle_to_errno(ret) : -EIO;
	return nl->torn ? -EINTR : 0;
}

int vznl_res(struct vznl *nl, struct vz_reslist *out)
{
	int ret = -EINTR;

	for (int i = 0; i < DUMP_TRIES && ret == -EINTR; i++) {
		struct nl_msg *msg = request(nl, VZCTX_CMD_RES, NLM_F_DUMP);

		*out = (struct vz_reslist){ 0 };
		if (!msg)
			return -ENOMEM;
		ret = talk(nl, msg, nl_parse_res, out);
		if (ret)
			vz_reslist_free(out);
	}
	return ret;
}

int vznl_get(struct vznl *nl, uint32_t ctid, struct vz_ctx *out)
{
	struct nl_msg *msg = request(nl, VZCTX_CMD_GET, NLM_F_ACK);
	int ret;

	*out = (struct vz_ctx){ 0 };
	if (!msg)
		return -ENOMEM;
	nla_put_u32(msg, VZCTX_A_CTID, ctid);
	ret = talk(nl, msg, nl_parse_ctx, out);
	if (!ret && !out->ctid)
		ret = -EBADMSG;
	if (ret)
		vz_ctx_free(out);
	return ret;
}

int vznl_list(struct vznl *nl, struct vz_ctxlist *out)
{
	int ret = -EINTR;

	for (int i = 0; i < DUMP_TRIES && ret == -EINTR; i++) {
		struct nl_msg *msg = request(nl, VZCTX_CMD_GET, NLM_F_DUMP);

		*out = (struct vz_ctxlist){ 0 };
		if (!msg)
			return -ENOMEM;
		ret = talk(nl, msg, nl_parse_listed, out);
		if (ret)
			vz_ctxlist_free(out);
	}
	return ret;
}

/* A dump about one context, or about all. */
static int dump_of(struct vznl *nl, int cmd, uint32_t ctid,
		   int (*fn)(struct nlattr **tb, void *arg), void *arg)
{
	struct nl_msg *msg = request(nl, cmd, NLM_F_DUMP);

	if (!msg)
		return -ENOMEM;
	if (ctid && nla_put_u32(msg, VZCTX_A_CTID, ctid)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return talk(nl, msg, fn, arg);
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
	struct nl_msg *msg = request(nl, VZCTX_CMD_CREATE, NLM_F_ACK);

	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, VZCTX_A_CTID, ctid) ||
	    nla_put_u32(msg, VZCTX_A_PID, pid) || put_set(msg, set, n)) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return talk(nl, msg, NULL, NULL);
}

int vznl_destroy(struct vznl *nl, uint32_t ctid)
{
	struct nl_msg *msg = request(nl, VZCTX_CMD_DESTROY, NLM_F_ACK);

	if (!msg)
		return -ENOMEM;
	nla_put_u32(msg, VZCTX_A_CTID, ctid);
	return talk(nl, msg, NULL, NULL);
}

int vznl_set(struct vznl *nl, uint32_t ctid, const struct vz_set *set,
	     size_t n, bool dry_run, int freezer)
{
	struct nl_msg *msg = request(nl, VZCTX_CMD_SET, NLM_F_ACK);

	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, VZCTX_A_CTID, ctid) || put_set(msg, set, n) ||
	    (dry_run && nla_put_u32(msg, VZCTX_A_FLAGS, VZCTX_F_DRY_RUN)) ||
	    (freezer >= 0 && nla_put_u32(msg, VZCTX_A_FREEZER, freezer))) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return talk(nl, msg, NULL, NULL);
}

static struct vznl *alloc(void)
{
	struct vznl *nl = calloc(1, sizeof(*nl));

	if (nl)
		nl->sk = nl_socket_alloc();
	if (nl && nl->sk)
		return nl;
	free(nl);
	return NULL;
}

static int connect_family(struct vznl *nl)
{
	int one = 1;
	int ret = genl_connect(nl->sk);

	if (ret < 0)
		return nle_to_errno(ret);
	setsockopt(nl_socket_get_fd(nl->sk), SOL_NETLINK, NETLINK_EXT_ACK,
		   &one, sizeof(one));
	nl->family = genl_ctrl_resolve(nl->sk, VZCTX_GENL_NAME);
	return nl->family < 0 ? nle_to_errno(nl->family) : 0;
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
	return ret < 0 ? nle_to_errno(ret) : 0;
}

int vznl_open(struct vznl **nlp)
{
	struct vznl *nl = alloc();
	int ret = nl ? connect_family(nl) : -ENOMEM;

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
	struct vznl *nl = alloc();
	int ret = nl ? connect_family(nl) : -ENOMEM;

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
	return nle_to_errno(ret);
}
