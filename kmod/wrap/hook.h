/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - how a kernel function is wrapped
 *
 *   caller -> fentry -> callback --(no context concerned)--> the function
 *                          |
 *                          +--(a context concerned)--> wrapper
 *                                 charge -> the function past its fentry
 *                                        -> undo if it failed
 *
 * The callback runs for every call on the machine: it compares and returns.
 * The wrapper has the function's own prototype and runs in the caller's place;
 * between vzctx_hook_enter() and vzctx_hook_exit() it holds unloading back.
 *
 * That has an end, so it must have one in the wrapper too. A function that may
 * sleep for as long as a user likes is hooked in one of two other ways:
 *
 *   the callback does what there is to do, and the call goes to the function;
 *   the callback asks exactly whether a context is concerned, so that no other
 *   call gets in, and then vzctx_stay_begin(); the wrapper does not call
 *   vzctx_hook_enter(), and ends with vzctx_stay_end().
 *
 * Waiting for memory, and for locks that are held for no longer than that, is
 * taken to have an end.
 */
#ifndef _VZCTX_HOOK_H
#define _VZCTX_HOOK_H

#include <linux/ftrace.h>
#include <linux/percpu.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/static_call.h>
#include <linux/stringify.h>
#include <uapi/linux/vzctx.h>

#include "kern/proto.h"
#include "wrap/stay.h"

struct task_struct;
struct vzctx;
struct vzctx_call;
struct vzctx_hook_group;

/** typedef vzctx_hook_test - asks whether a call is concerned, see VZCTX_HOOK_TEST() */
typedef bool vzctx_hook_test(struct ftrace_regs *fregs);

/**
 * struct vzctx_hook - one wrapped kernel function
 * @proto: its name, which is a real call at every site on every supported kernel,
 *	and the prototype that the wrapper has, or the callback takes for granted
 * @callback: decides whether a call goes to the wrapper; NULL in a group
 * @group: whose callback decides, NULL: its own
 * @wrapper: in a group, where the callback sends a call
 * @test: in a group, what is asked when its own question has been answered with yes;
 *	NULL: nothing more
 * @original: static call that reaches the function past its fentry; NULL where
 *	there is no wrapper
 * @tramp: trampoline of @original
 * @why: why it is not to be hooked; under the mutex of hook.c, once the module is
 *	loaded. VZCTX_WHY_ABSENT too for one of a module that has not been compared
 * @builtin: what may be in a module is a part of the kernel; set while loading
 * @addr: where the kernel itself has it, 0: not known; likewise
 * @site: its fentry, 0 until it is known; under the mutex of hook.c
 * @ops: ftrace's, outside groups; written under the mutex of hook.c
 * @installed: under the mutex of hook.c
 */
struct vzctx_hook {
	const struct vzctx_proto *proto;
	ftrace_func_t callback;
	struct vzctx_hook_group *group;
	unsigned long wrapper;
	vzctx_hook_test *test;
	struct static_call_key *original;
	void *tramp;
	enum vzctx_why why;
	bool builtin;
	unsigned long addr;
	unsigned long site;
	struct ftrace_ops ops;
	bool installed;
};

/**
 * struct vzctx_hook_table - the hooks of one kernel surface
 * @hook: rows
 * @nr: how many
 * @adopt: charges what a new context's init has of this surface; the control
 *	mutex is held, the init is kept by the caller; 0 or -errno, what was
 *	charged being given back with the objects. NULL: nothing to charge.
 * @calls: functions the wrappers call, by vzctx_calls_find(); NULL: none
 * @nr_calls: how many
 */
struct vzctx_hook_table {
	struct vzctx_hook *hook;
	unsigned int nr;
	int (*adopt)(struct vzctx *ctx, struct task_struct *init);
	struct vzctx_call *calls;
	unsigned int nr_calls;
};

/**
 * VZCTX_WRAPPER() - begins the definition of a wrapper, whose body follows
 * @what: VZCTX_FOR(), VZCTX_IN() ..., see kern/proto.h
 * @ret: what the kernel function returns
 * @sym: its name; the wrapper is wrap_##sym
 * @...: type and name of each parameter
 */
#define VZCTX_WRAPPER(what, ret, sym, ...)				\
	__VZCTX_PROTO_OF(vzctx_proto_##sym, what, ret, sym, __VA_ARGS__); \
	__VZCTX_WRAPPER(wrap_##sym, vzctx_original_##sym, ret, __VA_ARGS__)
#define __VZCTX_WRAPPER(wrap, original, ret, ...)			\
	static ret wrap(__VZCTX_MAP(__VZCTX_PAIRS(__VA_ARGS__),		\
				    __VZCTX_DECL, __VA_ARGS__));	\
	DEFINE_STATIC_CALL_RET0(original, wrap);			\
	static ret wrap(__VZCTX_MAP(__VZCTX_PAIRS(__VA_ARGS__),		\
				    __VZCTX_DECL, __VA_ARGS__))

/**
 * VZCTX_ORIGINAL() - lets vzctx_original() stand before the wrapper
 * @sym: the kernel function, declared by a header
 */
#define VZCTX_ORIGINAL(sym) DECLARE_STATIC_CALL(vzctx_original_##sym, sym)

/** vzctx_original() - calls the wrapped function itself */
#define vzctx_original(sym) static_call(vzctx_original_##sym)

/**
 * VZCTX_HOOK_CALLBACK() - defines the callback of a hook
 * @sym: the kernel function; its wrapper is wrap_##sym
 * @concerned: expression over fregs; true sends the call to the wrapper. Must
 *	not sleep nor call what is hooked; where it is evaluated for every task,
 *	nothing traceable either.
 */
#define VZCTX_HOOK_CALLBACK(sym, concerned)				\
static void notrace __maybe_unused callback_##sym(unsigned long ip,	\
				   unsigned long parent_ip,		\
				   struct ftrace_ops *ops,		\
				   struct ftrace_regs *fregs)		\
{									\
	if (unlikely(concerned))					\
		ftrace_regs_set_instruction_pointer(fregs,		\
				(unsigned long)wrap_##sym);		\
}

/**
 * VZCTX_HOOK_BEFORE() - defines the callback of a hook that needs no wrapper
 * @sym: the kernel function
 * @concerned: as for VZCTX_HOOK_CALLBACK()
 * @act: what is done then, before the function runs; under the same rules
 */
#define VZCTX_HOOK_BEFORE(sym, concerned, act)				\
static void notrace callback_##sym(unsigned long ip,			\
				   unsigned long parent_ip,		\
				   struct ftrace_ops *ops,		\
				   struct ftrace_regs *fregs)		\
{									\
	if (unlikely(concerned))					\
		act;							\
}

/**
 * VZCTX_HOOK_TEST() - begins the definition of a test of a hook, whose body follows
 * @name: of the function, which returns whether the call is concerned
 *
 * Under the rules of VZCTX_HOOK_CALLBACK(). If there is no wrapper it does all there
 * is to do, see VZCTX_HOOK_GROUPED_BEFORE().
 */
#define VZCTX_HOOK_TEST(name) static bool notrace name(struct ftrace_regs *fregs)

/** VZCTX_HOOK_ARG() - an argument of the call, from 0, inside a callback */
#define VZCTX_HOOK_ARG(n) ((void *)ftrace_regs_get_argument(fregs, n))

/** VZCTX_HOOK_ARG0 - the first argument of the call, inside a callback */
#define VZCTX_HOOK_ARG0 VZCTX_HOOK_ARG(0)

/**
 * VZCTX_HOOK_ROW() - the row of a hook in its table, after VZCTX_WRAPPER()
 * @sym: the kernel function
 */
#define VZCTX_HOOK_ROW(sym) {						\
	.proto = &vzctx_proto_##sym,					\
	.callback = callback_##sym,					\
	.original = &STATIC_CALL_KEY(vzctx_original_##sym),		\
	.tramp = STATIC_CALL_TRAMP_ADDR(vzctx_original_##sym),		\
}

/**
 * VZCTX_HOOK_ROW_BEFORE() - likewise that needs no wrapper, after VZCTX_PROTO()
 * @sym: the kernel function
 */
#define VZCTX_HOOK_ROW_BEFORE(sym) {						\
	.proto = &vzctx_proto_##sym,					\
	.callback = callback_##sym,					\
}

/**
 * VZCTX_HOOK_GROUPED() - likewise whose group decides, after VZCTX_WRAPPER()
 * @grp: vzctx_group_##grp, see hook_group.h; not for functions of modules
 * @sym: the kernel function
 */
#define VZCTX_HOOK_GROUPED(grp, sym) {					\
	.proto = &vzctx_proto_##sym,					\
	.group = &vzctx_group_##grp,					\
	.wrapper = (unsigned long)wrap_##sym,				\
	.original = &STATIC_CALL_KEY(vzctx_original_##sym),		\
	.tramp = STATIC_CALL_TRAMP_ADDR(vzctx_original_##sym),		\
}

/**
 * VZCTX_HOOK_GROUPED_IF() - likewise, if a test of its own says so as well
 * @grp: likewise
 * @sym: likewise
 * @ask: a function by VZCTX_HOOK_TEST()
 */
#define VZCTX_HOOK_GROUPED_IF(grp, sym, ask) {				\
	.proto = &vzctx_proto_##sym,					\
	.group = &vzctx_group_##grp,					\
	.wrapper = (unsigned long)wrap_##sym,				\
	.test = ask,							\
	.original = &STATIC_CALL_KEY(vzctx_original_##sym),		\
	.tramp = STATIC_CALL_TRAMP_ADDR(vzctx_original_##sym),		\
}

/**
 * VZCTX_HOOK_GROUPED_BEFORE() - likewise that needs no wrapper, after VZCTX_PROTO()
 * @grp: likewise
 * @sym: likewise
 * @act: a function by VZCTX_HOOK_TEST(), which does what is to be done before
 */
#define VZCTX_HOOK_GROUPED_BEFORE(grp, sym, act) {			\
	.proto = &vzctx_proto_##sym,					\
	.group = &vzctx_group_##grp,					\
	.test = act,							\
}

/**
 * vzctx_hook_on_host() - tells, inside a callback, whose task is calling
 *
 * Return: false if the calling task may be in a context. Late in exit a task
 * has no pid any more, and makes nothing that counts.
 */
static __always_inline bool vzctx_hook_on_host(void)
{
	struct pid *pid = current->thread_pid;

	return !pid || !pid->level;
}

DECLARE_PER_CPU(long, vzctx_hook_active);

/** vzctx_hook_enter() - first statement of a wrapper; any context */
static __always_inline void vzctx_hook_enter(void)
{
	this_cpu_inc(vzctx_hook_active);
}

/** vzctx_hook_exit() - last statement of a wrapper before it returns */
static __always_inline void vzctx_hook_exit(void)
{
	this_cpu_dec(vzctx_hook_active);
}

int vzctx_hook_init(const struct vzctx_hook_table *const *tables);
void vzctx_hook_uninit(void);
int vzctx_hook_install(const struct vzctx_hook_table *const *tables);
void vzctx_hook_remove(const struct vzctx_hook_table *const *tables);
void vzctx_hook_drain(void);
unsigned int vzctx_hook_count(void);

#endif /* _VZCTX_HOOK_H */
