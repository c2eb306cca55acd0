// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - kernel functions that one callback serves
 */
#include <linux/skbuff.h>
#include <linux/string.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "pay/owner.h"
#include "pay/owner_table.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/* At most this many of the slots are taken, so that a look ends. */
#define MAX_FUNCTIONS	(1 << (VZCTX_GROUP_BITS - 1))

static __always_inline bool charged(const struct mm_struct *mm)
{
	return vzctx_owner_maybe(mm) && vzctx_owner_known(mm, UB_PRIVVMPAGES);
}

static __always_inline const struct sock *sock_of(const struct sk_buff *skb)
{
	return skb->sk;
}

VZCTX_GROUP_CALLBACK(host, !vzctx_hook_on_host(), true)
VZCTX_GROUP_CALLBACK(owner, vzctx_owner_maybe(VZCTX_HOOK_ARG0), true)
VZCTX_GROUP_CALLBACK(mm, charged(current->mm), vzctx_stay_begin())
VZCTX_GROUP_CALLBACK(packet, vzctx_owner_maybe(sock_of(VZCTX_HOOK_ARG0)), true)
VZCTX_GROUP_CALLBACK(each, true, true)

struct vzctx_hook_group vzctx_group_host = { .callback = callback_host };
struct vzctx_hook_group vzctx_group_owner = { .callback = callback_owner };
struct vzctx_hook_group vzctx_group_mm = { .callback = callback_mm };
struct vzctx_hook_group vzctx_group_packet = { .callback = callback_packet };
struct vzctx_hook_group vzctx_group_each = { .callback = callback_each };

/**
 * vzctx_hook_inside() - test of functions whose wrappers stay, for tasks in a context
 * @fregs: of the call
 *
 * Return: whether the wrapper is to be entered, which ends its stay.
 */
bool notrace vzctx_hook_inside(struct ftrace_regs *fregs)
{
	return vzctx_is_current_inside() && vzctx_stay_begin();
}

/** vzctx_group_clear() - forgets the functions of a group; not registered */
void vzctx_group_clear(struct vzctx_hook_group *group)
{
	memset(&group->ops, 0, sizeof(group->ops));
	memset(group->slot, 0, sizeof(group->slot));
	group->nr = 0;
	group->ops.func = group->callback;
	group->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
}

static int empty(struct vzctx_hook_group *group, int err)
{
	ftrace_free_filter(&group->ops);
	vzctx_group_clear(group);
	return err;
}

/**
 * vzctx_group_add() - adds a function to a group; not registered, sleeps
 * @group: its group
 * @hook: its row, with its site
 *
 * Return: 0, -ENOSPC when the group is full, or what ftrace says, the group
 * being empty then.
 */
int vzctx_group_add(struct vzctx_hook_group *group, const struct vzctx_hook *hook)
{
	unsigned int at = hash_long(hook->site, VZCTX_GROUP_BITS);
	int err;

	if (group->nr == MAX_FUNCTIONS)
		return empty(group, -ENOSPC);
	err = ftrace_set_filter_ip(&group->ops, hook->site, 0, !group->nr);
	if (err)
		return empty(group, err);
	while (group->slot[at].site)
		at = (at + 1) % ARRAY_SIZE(group->slot);
	group->slot[at] = (struct vzctx_hook_slot){
		hook->site, hook->wrapper, hook->test
	};
	group->nr++;
	return 0;
}

/**
 * vzctx_group_register() - from now on calls are looked at; sleeps
 * @group: with one function at least
 *
 * Return: 0 or what ftrace says, none of the functions being hooked then and
 * the group empty.
 */
int vzctx_group_register(struct vzctx_hook_group *group)
{
	int err = register_ftrace_function(&group->ops);

	if (err)
		return empty(group, err);
	group->registered = true;
	return 0;
}

/**
 * vzctx_group_unregister() - no call is looked at any more; sleeps
 * @group: registered
 */
void vzctx_group_unregister(struct vzctx_hook_group *group)
{
	int err = unregister_ftrace_function(&group->ops);

	WARN_ONCE(err, "%u functions stay hooked: %d\n", group->nr, err);
	ftrace_free_filter(&group->ops);
	group->registered = false;
	group->nr = 0;
}

/**
 * vzctx_group_drop() - takes a function out of a registered group; sleeps
 * @group: with this function and others
 * @site: its fentry
 *
 * Its slot stays, since a callback may be looking it up.
 *
 * Return: 0 or what ftrace says, the function staying hooked then.
 */
int vzctx_group_drop(struct vzctx_hook_group *group, unsigned long site)
{
	int err = ftrace_set_filter_ip(&group->ops, site, 1, 0);

	if (!err)
		group->nr--;
	return err;
}
