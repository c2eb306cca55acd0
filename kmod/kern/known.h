/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - whether the running kernel's functions are those we were compiled for
 */
#ifndef _VZCTX_KNOWN_H
#define _VZCTX_KNOWN_H

#include <linux/static_call.h>
#include <uapi/linux/vzctx.h>

#include "kern/proto.h"

/**
 * struct vzctx_asked - a function that is asked for
 * @proto: its prototype; no two asked for at once have the same name
 * @callback: as in struct vzctx_proto
 * @why: what is wrong with it, VZCTX_WHY_NONE: nothing
 * @addr: where the kernel itself has it, 0: not known
 */
struct vzctx_asked {
	const struct vzctx_proto *proto;
	const struct vzctx_proto *callback;
	enum vzctx_why why;
	unsigned long addr;
};

/**
 * struct vzctx_call - a function of the kernel that is called, and not exported
 * @asked: its prototype, and what is wrong with it
 * @key: the static call that reaches it
 * @tramp: trampoline of @key
 * @looked: it has been compared, and @asked.why says the outcome
 * @found: it is there, fits, and can be called
 */
struct vzctx_call {
	struct vzctx_asked asked;
	struct static_call_key *key;
	void *tramp;
	bool looked;
	bool found;
};

/**
 * VZCTX_CALL() - declares a function to be called as vzctx_call(sym)
 * @what: as for VZCTX_PROTO()
 * @ret: likewise
 * @sym: likewise
 * @...: likewise
 *
 * As long as it is not found, a call returns 0.
 */
#define VZCTX_CALL(what, ret, sym, ...)					\
	__VZCTX_PROTO_OF(vzctx_proto_##sym, what, ret, sym, __VA_ARGS__); \
	DEFINE_STATIC_CALL_RET0(vzctx_call_##sym, sym)

#define VZCTX_CALL_ROW(sym) {						\
	.asked.proto = &vzctx_proto_##sym,				\
	.key = &STATIC_CALL_KEY(vzctx_call_##sym),			\
	.tramp = STATIC_CALL_TRAMP_ADDR(vzctx_call_##sym),		\
}

/* Likewise of a function that takes a function, see VZCTX_CALLBACK(). */
#define VZCTX_CALL_ROW_BACK(sym, fn) {					\
	.asked.proto = &vzctx_proto_##sym,				\
	.asked.callback = &vzctx_proto_##fn,				\
	.key = &STATIC_CALL_KEY(vzctx_call_##sym),			\
	.tramp = STATIC_CALL_TRAMP_ADDR(vzctx_call_##sym),		\
}

#define vzctx_call(sym)	static_call(vzctx_call_##sym)

int vzctx_known_init(void);
void vzctx_known_uninit(void);
bool vzctx_known_tells(void);
int vzctx_known_ask(struct vzctx_asked *asked, unsigned int nr);
int vzctx_known_ask_module(const char *module, struct vzctx_asked *asked,
			   unsigned int nr, bool *there);
void vzctx_calls_expect(struct vzctx_call *calls, unsigned int nr);
void vzctx_calls_find(struct vzctx_call *calls, unsigned int nr);

#endif /* _VZCTX_KNOWN_H */
