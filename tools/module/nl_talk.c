// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - how a request travels to the module and its answer back
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

#include "module/nl_talk.h"

int vznl_errno(int nle)
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

struct nl_msg *vznl_request(struct vznl *nl, int cmd, int flags)
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

int vznl_talk(struct vznl *nl, struct nl_msg *msg,
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
		return ret < 0 ? vznl_errno(ret) : -EIO;
	return nl->torn ? -EINTR : 0;
}

struct vznl *vznl_alloc(void)
{
	struct vznl *nl = calloc(1, sizeof(*nl));

	if (nl)
		nl->sk = nl_socket_alloc();
	if (nl && nl->sk)
		return nl;
	free(nl);
	return NULL;
}

int vznl_connect(struct vznl *nl)
{
	int one = 1;
	int ret = genl_connect(nl->sk);

	if (ret < 0)
		return vznl_errno(ret);
	setsockopt(nl_socket_get_fd(nl->sk), SOL_NETLINK, NETLINK_EXT_ACK,
		   &one, sizeof(one));
	nl->family = genl_ctrl_resolve(nl->sk, VZCTX_GENL_NAME);
	return nl->family < 0 ? vznl_errno(nl->family) : 0;
}
