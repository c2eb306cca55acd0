// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what of a resource is made in kernel modules
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "base/share.h"

const struct vzctx_share vzctx_shares[VZCTX_SHARES] = {
	[VZCTX_SHARE_VSOCK] = {
		"vsock", UB_NUMOTHERSOCK, "connections that come in over vsock"
	},
	[VZCTX_SHARE_NFT] = { "nf_tables", UB_NUMIPTENT, "nft rules" },
	[VZCTX_SHARE_XT] = { "x_tables", UB_NUMIPTENT, "entries of iptables" },
	[VZCTX_SHARE_PACKET] = {
		"af_packet", UB_DGRAMRCVBUF, "packets that packet sockets receive"
	},
};

/**
 * struct state - of one share
 * @lack: what is wrong with it
 * @told: what the log says of it
 */
struct state {
	struct vzctx_res_lack lack;
	struct vzctx_res_lack told;
};

/* Written under the mutex of hook.c, and while the module is loaded. */
static struct state states[VZCTX_SHARES];

/**
 * vzctx_share_find() - finds the share that lies in a module
 * @module: name of any module
 *
 * Return: enum vzctx_share_id or -ENOENT.
 */
int vzctx_share_find(const char *module)
{
	unsigned int i;

	for (i = 0; i < VZCTX_SHARES; i++)
		if (!strcmp(vzctx_shares[i].module, module))
			return i;
	return -ENOENT;
}

/**
 * vzctx_share_disable() - says that a share is not charged
 * @id: enum vzctx_share_id
 * @why: the reason
 * @symbol: the kernel function it lies in, constant
 *
 * Return: true if the log has yet to say so.
 */
bool vzctx_share_disable(unsigned int id, enum vzctx_why why, const char *symbol)
{
	struct vzctx_res_lack lack = { symbol, why };
	struct state *state = &states[id];
	bool news;

	news = state->told.why != why || state->told.symbol != symbol;
	state->told = lack;
	WRITE_ONCE(state->lack.symbol, symbol);
	/* Pairs with vzctx_share_lacks(): who sees why sees a symbol. */
	smp_store_release(&state->lack.why, why);
	return news;
}

/** vzctx_share_enable() - a share is charged, or its module is not there */
void vzctx_share_enable(unsigned int id)
{
	WRITE_ONCE(states[id].lack.why, VZCTX_WHY_NONE);
}

/** vzctx_share_forget() - likewise, and the next module is another one */
void vzctx_share_forget(unsigned int id)
{
	vzctx_share_enable(id);
	states[id].told = (struct vzctx_res_lack){};
}

/**
 * vzctx_share_lacks() - tells which shares of a resource are not charged
 * @res: UB_*
 * @note: set to what is to be said of them, empty if nothing
 * @size: of @note
 *
 * Return: what the first of them lacks.
 */
struct vzctx_res_lack vzctx_share_lacks(u32 res, char *note, size_t size)
{
	struct vzctx_res_lack first = {}, lack = {};
	unsigned int i;
	size_t len = 0;

	*note = 0;
	for (i = 0; i < VZCTX_SHARES; i++) {
		if (vzctx_shares[i].res != res)
			continue;
		/* Pairs with vzctx_share_disable(). */
		lack.why = smp_load_acquire(&states[i].lack.why);
		if (!lack.why)
			continue;
		lack.symbol = READ_ONCE(states[i].lack.symbol);
		len += scnprintf(note + len, size - len,
				 "%s%s are not charged: %s %s", len ? "; " : "",
				 vzctx_shares[i].what, lack.symbol,
				 vzctx_why_words[lack.why]);
		if (!first.why)
			first = lack;
	}
	return first;
}
