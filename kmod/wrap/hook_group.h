/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - kernel functions that one callback serves
 *
 * Registering with ftrace costs the machine a pass over every function, and
 * taking it back a grace period, for each ftrace_ops. So functions that ask the
 * same question before they are wrapped share one. A call that concerns no
 * context costs as much as with an ftrace_ops of its own; a call that does also
 * costs the look-up of its wrapper. Functions that are called seldom share one
 * although each asks something else.
 */
#ifndef _VZCTX_HOOK_GROUP_H
#define _VZCTX_HOOK_GROUP_H

#include <linux/ftrace.h>
#include <linux/hash.h>

#include "wrap/hook.h"

#define VZCTX_GROUP_BITS	7

/**
 * struct vzctx_hook_slot - where the calls of a function go
 * @site: its fentry; 0: free
 * @wrapper: of the same prototype
 * @test: asked after the group's own question; NULL: every call is concerned
 */
struct vzctx_hook_slot {
	unsigned long site;
	unsigned long wrapper;
	vzctx_hook_test *test;
};

/**
 * struct vzctx_hook_group - functions with one callback
 * @callback: decides, the same for each of them
 * @ops: ftrace's
 * @slot: by hash of @site; does not change while @ops is registered
 * @nr: functions it is registered for
 * @registered: with ftrace
 *
 * All of it under the mutex of hook.c, but for the callback, which reads @slot.
 */
struct vzctx_hook_group {
	ftrace_func_t callback;
	struct ftrace_ops ops;
	struct vzctx_hook_slot slot[1 << VZCTX_GROUP_BITS];
	unsigned int nr;
	bool registered;
};

/** vzctx_group_host - a call by a task of the host goes straight to the kernel */
extern struct vzctx_hook_group vzctx_group_host;

/** vzctx_group_owner - likewise a call whose first argument no context pays for */
extern struct vzctx_hook_group vzctx_group_owner;

/** vzctx_group_mm - likewise if its memory is charged to no context; wrappers stay */
extern struct vzctx_hook_group vzctx_group_mm;

/** vzctx_group_packet - likewise a packet whose socket no context pays for */
extern struct vzctx_hook_group vzctx_group_packet;

/** vzctx_group_each - every call is looked up; its row's test decides, or its wrapper */
extern struct vzctx_hook_group vzctx_group_each;

bool vzctx_hook_inside(struct ftrace_regs *fregs);

/** vzctx_group_slot() - the slot of a function, a free one if it is none of them */
static __always_inline const struct vzctx_hook_slot *
vzctx_group_slot(const struct vzctx_hook_group *group, unsigned long site)
{
	unsigned int at = hash_long(site, VZCTX_GROUP_BITS);

	while (group->slot[at].site && group->slot[at].site != site)
		at = (at + 1) % ARRAY_SIZE(group->slot);
	return &group->slot[at];
}

/**
 * VZCTX_GROUP_CALLBACK() - defines the callback of a group
 * @name: of vzctx_group_##name
 * @concerned: as for VZCTX_HOOK_CALLBACK()
 * @admitted: likewise, asked last and only of a call that goes to its wrapper
 */
#define VZCTX_GROUP_CALLBACK(name, concerned, admitted)			\
static void notrace callback_##name(unsigned long ip,			\
				    unsigned long parent_ip,		\
				    struct ftrace_ops *ops,		\
				    struct ftrace_regs *fregs)		\
{									\
	const struct vzctx_hook_slot *slot;				\
									\
	if (likely(!(concerned)))					\
		return;							\
	slot = vzctx_group_slot(&vzctx_group_##name, ip);		\
	if ((!slot->test || slot->test(fregs)) && slot->wrapper &&	\
	    (admitted))							\
		ftrace_regs_set_instruction_pointer(fregs,		\
						    slot->wrapper);	\
}

void vzctx_group_clear(struct vzctx_hook_group *group);
int vzctx_group_add(struct vzctx_hook_group *group, const struct vzctx_hook *hook);
int vzctx_group_register(struct vzctx_hook_group *group);
void vzctx_group_unregister(struct vzctx_hook_group *group);
int vzctx_group_drop(struct vzctx_hook_group *group, unsigned long site);

#endif /* _VZCTX_HOOK_GROUP_H */
