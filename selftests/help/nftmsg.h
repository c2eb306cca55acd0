/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - nft rules without nft: one chain, rules that do nothing
 */
#ifndef _SELFTESTS_NFTMSG_H
#define _SELFTESTS_NFTMSG_H

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/uio.h>

#include "genl.h"

#define NFT_BATCH 8

static inline void nft_init(struct msg *m, int type, int flags)
{
	msg_init(m, NFNL_SUBSYS_NFTABLES << 8 | type, NFPROTO_IPV4, flags);
	m->gnlh.version = NFNETLINK_V0;
}

static inline void nft_edge(struct msg *m, int type)
{
	msg_init(m, type, NFPROTO_UNSPEC, 0);
	m->gnlh.version = NFNETLINK_V0;
	m->gnlh.reserved = htons(NFNL_SUBSYS_NFTABLES);
}

/* One transaction; 0 or the -errno of the first message that was refused. */
static inline int nft_commit(struct msg *m, int n)
{
	struct msg begin, end;
	struct iovec iov[NFT_BATCH + 2];
	char buf[8192] __attribute__((aligned(8)));
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	int i, err = 0;
	ssize_t len;

	if (fd < 0)
		return -errno;
	nft_edge(&begin, NFNL_MSG_BATCH_BEGIN);
	nft_edge(&end, NFNL_MSG_BATCH_END);
	iov[0] = (struct iovec) { &begin, begin.nlh.nlmsg_len };
	for (i = 0; i < n; i++)
		iov[i + 1] = (struct iovec) {
			&m[i], NLMSG_ALIGN(m[i].nlh.nlmsg_len)
		};
	iov[n + 1] = (struct iovec) { &end, end.nlh.nlmsg_len };
	if (writev(fd, iov, n + 2) < 0)
		err = -errno;
	/* All is done by now; only what failed is answered. */
	while ((len = recv(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		for (struct nlmsghdr *h = (void *)buf; NLMSG_OK(h, len);
		     h = NLMSG_NEXT(h, len))
			if (h->nlmsg_type == NLMSG_ERROR && !err)
				err = ((struct nlmsgerr *)NLMSG_DATA(h))->error;
	close(fd);
	return err;
}

static inline void nft_name(struct msg *m, int attr, const char *name)
{
	msg_put(m, attr, name, strlen(name) + 1);
}

/* Makes the table and its chain. */
static inline int nft_setup(void)
{
	struct msg m[2];

	nft_init(&m[0], NFT_MSG_NEWTABLE, NLM_F_CREATE);
	nft_name(&m[0], NFTA_TABLE_NAME, "t");
	nft_init(&m[1], NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	nft_name(&m[1], NFTA_CHAIN_TABLE, "t");
	nft_name(&m[1], NFTA_CHAIN_NAME, "c");
	return nft_commit(m, 2);
}

static inline void nft_rule(struct msg *m, int type, int flags)
{
	nft_init(m, type, flags);
	nft_name(m, NFTA_RULE_TABLE, "t");
	nft_name(m, NFTA_RULE_CHAIN, "c");
}

/* Adds rules, up to NFT_BATCH, all or none. */
static inline int nft_rules(int n)
{
	struct msg m[NFT_BATCH];
	int i;

	for (i = 0; i < n; i++)
		nft_rule(&m[i], NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	return nft_commit(m, n);
}

/* Takes all of them away. */
static inline int nft_flush(void)
{
	struct msg m;

	nft_rule(&m, NFT_MSG_DELRULE, 0);
	return nft_commit(&m, 1);
}

#endif /* _SELFTESTS_NFTMSG_H */
