/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - calls that may last for ever
 *
 * Some hooked functions sleep for as long as a user likes: they write to a full
 * socket, wait for a module to be loaded, or ask a file system that a user serves.
 * A task in the wrapper of such a function is said to stay. Unloading cannot wait
 * for it, so it holds the module, by way of one reference for all of them:
 *
 *   open    a context runs: calls are let into these wrappers, counted per CPU
 *   closed  none runs: calls pass as if they were not hooked; the reference is
 *           dropped when the last task that stayed has left
 *
 * Nothing waits for that to happen. An attempt to unload meanwhile fails at once,
 * since the module is in use; the kernel log names the tasks.
 */
#ifndef _VZCTX_STAY_H
#define _VZCTX_STAY_H

#include <linux/percpu.h>
#include <linux/preempt.h>

DECLARE_PER_CPU(long, vzctx_staying);
extern bool vzctx_stay_is_open;

/**
 * vzctx_stay_begin() - last question of a callback whose wrapper may stay
 *
 * Return: true if the call may go to the wrapper, which has to end it.
 */
static __always_inline bool vzctx_stay_begin(void)
{
	bool open;

	preempt_disable_notrace();
	open = READ_ONCE(vzctx_stay_is_open);
	if (open)
		this_cpu_inc(vzctx_staying);
	preempt_enable_notrace();
	return open;
}

/** vzctx_stay_end() - last statement of such a wrapper before it returns */
static __always_inline void vzctx_stay_end(void)
{
	this_cpu_dec(vzctx_staying);
}

int vzctx_stay_open(void);
void vzctx_stay_close(void);
void vzctx_stay_release(void);
long vzctx_stay_count(void);
void vzctx_stay_uninit(void);

#endif /* _VZCTX_STAY_H */
