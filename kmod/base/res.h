/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the table of resources
 */
#ifndef _VZCTX_RES_H
#define _VZCTX_RES_H

#include <linux/types.h>
#include <uapi/linux/beancounter.h>
#include <uapi/linux/vzctx.h>

/**
 * struct vzctx_res - one kind of beancounter
 * @name: OpenVZ's name; NULL in the holes of OpenVZ's numbering
 * @note: one sentence for people: what is charged, when, what is refused
 * @unit: of held, barrier and limit
 * @counted: how held comes about
 * @enforced: what happens at the limit if every hook of it is installed
 * @err: positive errno of a refused request, 0 where there is none
 * @needs: bits of the resources without whose hooks it cannot be charged
 *
 * The only list of resources. Constant.
 */
struct vzctx_res {
	const char *name;
	const char *note;
	enum vzctx_unit unit;
	enum vzctx_counted counted;
	enum vzctx_enforced enforced;
	int err;
	u32 needs;
};

extern const struct vzctx_res vzctx_res[UB_RESOURCES];

const struct vzctx_res *vzctx_res_find(u32 id);

/**
 * struct vzctx_res_lack - what a resource lacks on the running kernel
 * @symbol: the kernel function, constant
 * @why: VZCTX_WHY_NONE: nothing
 */
struct vzctx_res_lack {
	const char *symbol;
	enum vzctx_why why;
};

/* Words that follow the name of the function, by enum vzctx_why. */
extern const char *const vzctx_why_words[];

/* Whether a hook of the resource is missing on the running kernel. */
void vzctx_res_disable(u32 id, enum vzctx_why why, const char *symbol);
void vzctx_res_enable_all(void);
bool vzctx_res_active(u32 id);
struct vzctx_res_lack vzctx_res_lacks(u32 id);

#endif /* _VZCTX_RES_H */
