/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what of a resource is made in kernel modules
 *
 * A module of the kernel may come while containers run, and any user inside may be
 * the one who has it loaded. So what lies in its functions is a share: if they cannot
 * be hooked, only that is not charged, and the resource is for the rest.
 */
#ifndef _VZCTX_SHARE_H
#define _VZCTX_SHARE_H

#include "base/res.h"

/** enum vzctx_share_id - the shares, in the order of their table */
enum vzctx_share_id {
	VZCTX_SHARE_VSOCK,
	VZCTX_SHARE_NFT,
	VZCTX_SHARE_XT,
	VZCTX_SHARE_PACKET,
	VZCTX_SHARES,
};

/**
 * struct vzctx_share - one share
 * @module: the kernel module, which may be a part of the kernel instead
 * @res: UB_*
 * @what: the objects, for people
 */
struct vzctx_share {
	const char *module;
	u32 res;
	const char *what;
};

extern const struct vzctx_share vzctx_shares[VZCTX_SHARES];

int vzctx_share_find(const char *module);
bool vzctx_share_disable(unsigned int id, enum vzctx_why why, const char *symbol);
void vzctx_share_enable(unsigned int id);
void vzctx_share_forget(unsigned int id);
struct vzctx_res_lack vzctx_share_lacks(u32 res, char *note, size_t size);

#endif /* _VZCTX_SHARE_H */
