/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - processor time, uptime and load of a context
 */
#ifndef _VZCTX_CPU_H
#define _VZCTX_CPU_H

#include <linux/spinlock_types.h>
#include <linux/types.h>

struct task_struct;
struct vzctx;

/**
 * struct vzctx_cpu_sum - what tasks have used; sums, so they never fall
 * @run: nanoseconds on a processor, exact
 * @user: nanoseconds in user mode, as the ticks saw it
 * @system: nanoseconds in the kernel, as the ticks saw it
 * @wait: nanoseconds ready to run, but not running
 * @turns: times a processor was given
 */
struct vzctx_cpu_sum {
	u64 run;
	u64 user;
	u64 system;
	u64 wait;
	u64 turns;
};

/**
 * struct vzctx_cpu - the ledger of one context
 * @lock: guards @gone, @late and @late_scan; taken inside an owner bucket lock
 * @gone: of tasks the kernel has freed
 * @late: that part of @gone which the scan @late_scan had counted before
 * @late_scan: see @late
 * @live_scan: the scan that made @live and @active; scan mutex
 * @live: of tasks that have an owner entry; scan mutex
 * @active: of those, how many were running or would wait for a disk
 * @user: what was told last, so that it never falls; scan mutex
 * @system: likewise
 * @avenrun: load averages, fixed point as the kernel's; scan mutex
 * @load_at: jiffies up to which @avenrun is reckoned; scan mutex
 * @born: CLOCK_BOOTTIME nanoseconds of the binding; constant
 */
struct vzctx_cpu {
	raw_spinlock_t lock;
	struct vzctx_cpu_sum gone;
	struct vzctx_cpu_sum late;
	u16 late_scan;
	u16 live_scan;
	struct vzctx_cpu_sum live;
	unsigned int active;
	u64 user;
	u64 system;
	unsigned long avenrun[3];
	unsigned long load_at;
	u64 born;
};

/**
 * struct vzctx_cpu_stat - what a context has used when it was looked at
 * @user: nanoseconds; @user and @system together are exact, their proportion
 *	is the one the ticks saw
 * @system: nanoseconds
 * @uptime: nanoseconds since the binding
 * @idle: nanoseconds the online processors could have given and did not
 * @wait: nanoseconds tasks were ready and did not run
 * @turns: times a task got a processor
 * @load: load averages in hundredths over 1, 5 and 15 minutes
 */
struct vzctx_cpu_stat {
	u64 user;
	u64 system;
	u64 uptime;
	u64 idle;
	u64 wait;
	u64 turns;
	u32 load[3];
};

void vzctx_cpu_birth(struct vzctx *ctx);
void vzctx_cpu_start(void);
void vzctx_cpu_task_gone(const struct task_struct *task);

void vzctx_cpu_begin(void);
void vzctx_cpu_get(struct vzctx *ctx, struct vzctx_cpu_stat *stat);
void vzctx_cpu_end(void);

void vzctx_cpu_shut(void);
void vzctx_cpu_uninit(void);

#endif /* _VZCTX_CPU_H */
