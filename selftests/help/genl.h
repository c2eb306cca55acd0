/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - a netlink client that can also write nonsense
 *
 * No library: a test must be able to send what a library would refuse to.
 */
#ifndef _SELFTESTS_GENL_H
#define _SELFTESTS_GENL_H

#include <errno.h>
#include <linux/beancounter.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vzctx.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/**
 * struct genl - a socket and what came over it last
 * @fd: the socket
 * @family: number of the family
 * @group: number of its multicast group
 * @text: the sentence of the last refusal, "" if none came
 * @len: bytes in @buf
 * @buf: the last datagram received
 */
struct genl {
	int fd;
	int family;
	int group;
	char text[256];
	ssize_t len;
	char buf[32768];
};

/** struct msg - a request being written */
struct msg {
	struct nlmsghdr nlh;
	struct genlmsghdr gnlh;
	char body[4096];
};

struct bc {
	uint64_t held, maxheld, barrier, limit, failcnt;
};

static inline void msg_init(struct msg *m, int family, int cmd, int flags)
{
	memset(m, 0, sizeof(*m));
	m->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->nlh.nlmsg_type = family;
	m->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	m->nlh.nlmsg_seq = 1;
	m->gnlh.cmd = cmd;
	m->gnlh.version = 1;
}

/* Appends an attribute with exactly @len bytes; returns it for nesting. */
static inline struct nlattr *msg_put(struct msg *m, int type, const void *data,
				     size_t len)
{
	struct nlattr *a = (void *)((char *)m + NLMSG_ALIGN(m->nlh.nlmsg_len));

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len && data)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	m->nlh.nlmsg_len = NLMSG_ALIGN(m->nlh.nlmsg_len) +
			   NLA_ALIGN(a->nla_len);
	return a;
}

static inline void msg_u32(struct msg *m, int type, uint32_t value)
{
	msg_put(m, type, &value, sizeof(value));
}

static inline void msg_u64(struct msg *m, int type, uint64_t value)
{
	msg_put(m, type, &value, sizeof(value));
}

static inline struct nlattr *msg_nest(struct msg *m, int type)
{
	return msg_put(m, type | NLA_F_NESTED, NULL, 0);
}

static inline void msg_nest_end(struct msg *m, struct nlattr *nest)
{
	nest->nla_len = (char *)m + m->nlh.nlmsg_len - (char *)nest;
}

static inline void msg_limit(struct msg *m, uint32_t id, uint64_t barrier,
			     uint64_t limit)
{
	struct nlattr *bc = msg_nest(m, VZCTX_A_BC);

	msg_u32(m, VZCTX_BC_A_ID, id);
	msg_u64(m, VZCTX_BC_A_BARRIER, barrier);
	msg_u64(m, VZCTX_BC_A_LIMIT, limit);
	msg_nest_end(m, bc);
}

#define for_each_attr(a, head, len)					\
	for (const struct nlattr *a = (const void *)(head),		\
	     *a##_end = (const void *)((const char *)(head) + (len));	\
	     (const char *)a + NLA_HDRLEN <= (const char *)a##_end &&	\
	     a->nla_len >= NLA_HDRLEN;					\
	     a = (const void *)((const char *)a + NLA_ALIGN(a->nla_len)))

static inline int attr_type(const struct nlattr *a)
{
	return a->nla_type & NLA_TYPE_MASK;
}

static inline const void *attr_data(const struct nlattr *a)
{
	return (const char *)a + NLA_HDRLEN;
}

static inline size_t attr_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

static inline uint64_t attr_u64(const struct nlattr *a)
{
	uint64_t v = 0;

	memcpy(&v, attr_data(a), attr_len(a) < 8 ? attr_len(a) : 8);
	return v;
}

static inline const struct nlattr *attr_find(const void *head, size_t len,
					     int type)
{
	for_each_attr(a, head, len)
		if (attr_type(a) == type)
			return a;
	return NULL;
}

static inline const struct nlattr *msg_find(const struct nlmsghdr *nlh,
					    int type)
{
	return attr_find((const char *)nlh + NLMSG_LENGTH(GENL_HDRLEN),
			 nlh->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), type);
}

static inline int recv_one(struct genl *g)
{
	g->len = recv(g->fd, g->buf, sizeof(g->buf), 0);
	return g->len < 0 ? -errno : 0;
}

static inline int read_error(struct genl *g, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = (const void *)((const char *)nlh +
						  NLMSG_HDRLEN);
	size_t skip = NLMSG_HDRLEN + sizeof(*e);
	const struct nlattr *a;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return e->error;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - NLMSG_HDRLEN;
	skip = NLMSG_ALIGN(skip);
	a = attr_find((const char *)nlh + skip, nlh->nlmsg_len - skip,
		      NLMSGERR_ATTR_MSG);
	if (a)
		snprintf(g->text, sizeof(g->text), "%.*s", (int)attr_len(a),
			 (const char *)attr_data(a));
	return e->error;
}

typedef void (*genl_fn)(const struct nlmsghdr *nlh, void *data);

/*
 * Sends and reads to the end of the answer: the acknowledgement of a do, DONE
 * of a dump. Returns 0 or the negative errno of the refusal.
 */
static inline int genl_talk(struct genl *g, struct msg *m, genl_fn fn,
			    void *data)
{
	struct nlmsghdr *nlh;
	int err;

	g->text[0] = 0;
	if (!(m->nlh.nlmsg_flags & NLM_F_DUMP))
		m->nlh.nlmsg_flags |= NLM_F_ACK;
	if (send(g->fd, m, m->nlh.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		err = recv_one(g);
		if (err)
			return err;
		for (nlh = (void *)g->buf; NLMSG_OK(nlh, g->len);
		     nlh = NLMSG_NEXT(nlh, g->len)) {
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return read_error(g, nlh);
			if (nlh->nlmsg_type == NLMSG_DONE) {
				memcpy(&err, NLMSG_DATA(nlh), sizeof(err));
				return err;
			}
			if (nlh->nlmsg_type == g->family && fn)
				fn(nlh, data);
		}
	}
}

static inline void learn_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a = msg_find(nlh, CTRL_ATTR_FAMILY_ID);
	struct genl *g = data;

	g->family = a ? attr_u64(a) : 0;
	a = msg_find(nlh, CTRL_ATTR_MCAST_GROUPS);
	if (!a)
		return;
	for_each_attr(grp, attr_data(a), attr_len(a)) {
		const struct nlattr *id = attr_find(attr_data(grp),
						    attr_len(grp),
						    CTRL_ATTR_MCAST_GRP_ID);
		if (id)
			g->group = attr_u64(id);
	}
}

static inline void keep_family(const struct nlmsghdr *nlh, void *data)
{
	learn_family(nlh, data);
}

/* Opens a socket and finds the family; 0 or -errno (-ENOENT: no module). */
static inline int genl_open(struct genl *g)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct timeval tv = { .tv_sec = 60 };
	struct genl found = {};
	struct msg m;
	int one = 1, err;

	memset(g, 0, sizeof(*g));
	g->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (g->fd < 0)
		return -errno;
	if (bind(g->fd, (void *)&addr, sizeof(addr)))
		return -errno;
	setsockopt(g->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(g->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	g->family = GENL_ID_CTRL;
	msg_init(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	msg_put(&m, CTRL_ATTR_FAMILY_NAME, VZCTX_GENL_NAME,
		sizeof(VZCTX_GENL_NAME));
	err = genl_talk(g, &m, keep_family, &found);
	if (err)
		return err;
	g->family = found.family;
	g->group = found.group;
	return 0;
}

static inline int genl_join(struct genl *g)
{
	return setsockopt(g->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			  &g->group, sizeof(g->group)) ? -errno : 0;
}

/* The module's requests */

static inline int vz_create(struct genl *g, uint32_t ctid, pid_t pid)
{
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_CREATE, 0);
	msg_u32(&m, VZCTX_A_CTID, ctid);
	msg_u32(&m, VZCTX_A_PID, pid);
	return genl_talk(g, &m, NULL, NULL);
}

static inline int vz_set(struct genl *g, uint32_t ctid, uint32_t id,
			 uint64_t barrier, uint64_t limit)
{
	struct nlattr *bcs;
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_SET, 0);
	msg_u32(&m, VZCTX_A_CTID, ctid);
	bcs = msg_nest(&m, VZCTX_A_BCS);
	msg_limit(&m, id, barrier, limit);
	msg_nest_end(&m, bcs);
	return genl_talk(g, &m, NULL, NULL);
}

static inline int vz_destroy(struct genl *g, uint32_t ctid)
{
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_DESTROY, 0);
	msg_u32(&m, VZCTX_A_CTID, ctid);
	return genl_talk(g, &m, NULL, NULL);
}

struct bc_query {
	uint32_t id;
	struct bc bc;
	bool found;
};

static inline void keep_bc(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *bcs = msg_find(nlh, VZCTX_A_BCS);
	struct bc_query *q = data;

	if (!bcs)
		return;
	for_each_attr(bc, attr_data(bcs), attr_len(bcs)) {
		uint64_t v[VZCTX_BC_A_MAX + 1] = {};

		for_each_attr(a, attr_data(bc), attr_len(bc))
			if (attr_type(a) <= VZCTX_BC_A_MAX)
				v[attr_type(a)] = attr_u64(a);
		if (v[VZCTX_BC_A_ID] != q->id)
			continue;
		q->found = true;
		q->bc = (struct bc) {
			v[VZCTX_BC_A_HELD], v[VZCTX_BC_A_MAXHELD],
			v[VZCTX_BC_A_BARRIER], v[VZCTX_BC_A_LIMIT],
			v[VZCTX_BC_A_FAILCNT],
		};
	}
}

/* Reads one beancounter of a running context; 0 or -errno. */
static inline int vz_bc(struct genl *g, uint32_t ctid, uint32_t id,
			struct bc *bc)
{
	struct bc_query q = { .id = id };
	struct msg m;
	int err;

	msg_init(&m, g->family, VZCTX_CMD_GET, 0);
	msg_u32(&m, VZCTX_A_CTID, ctid);
	err = genl_talk(g, &m, keep_bc, &q);
	if (!err && !q.found)
		err = -ENODATA;
	*bc = q.bc;
	return err;
}

static inline void count_ctx(const struct nlmsghdr *nlh, void *data)
{
	++*(int *)data;
}

/* Contexts there are, dying ones included; or -errno. */
static inline int vz_count(struct genl *g)
{
	struct msg m;
	int n = 0, err;

	msg_init(&m, g->family, VZCTX_CMD_GET, NLM_F_DUMP);
	err = genl_talk(g, &m, count_ctx, &n);
	return err ?: n;
}

#endif /* _SELFTESTS_GENL_H */
