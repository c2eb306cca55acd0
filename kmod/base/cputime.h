/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the account of a context's processor time; see cpu.c
 */
#ifndef _VZCTX_CPUTIME_H
#define _VZCTX_CPUTIME_H

#include <linux/spinlock_types.h>
#include <linux/types.h>

/**
 * struct vzctx_cpu_sum - what tasks have used; sums, so they never fall
 * @run: nanoseconds on a processor, exact
 * @user: nanoseconds in user mode, as the ticks saw it
 * @system: nanoseconds in the kernel, as the ticks saw it
 * @wait: nanoseconds ready to run, but not running
 * @turns: times a processor was given
 * @read: bytes fetched from storage
 * @write: bytes that are to be written to storage, or were
 * @cancel: bytes of those that were dropped before they were
 */
struct vzctx_cpu_sum {
	u64 run;
	u64 user;
	u64 system;
	u64 wait;
	u64 turns;
	u64 read;
	u64 write;
	u64 cancel;
};

/**
 * struct vzctx_cpu - the ledger of one context
 * @lock: guards all but @born; taken inside an owner bucket lock
 * @tasks: those that have an owner entry, through its member mine
 * @met: which of @tasks the look under way has met, or the last one has
 * @joined: tasks there ever were
 * @begun: looks that have begun
 * @done: looks that are over; one less than @begun while one is under way
 * @gone: of tasks the kernel has freed
 * @sum: of the look under way: @gone when it began, and of the tasks met or
 *	freed since
 * @active: of it, how many tasks were running or would wait for a disk
 * @running: of it, how many tasks were running or ready to
 * @total: what the last look has found
 * @load_active: likewise
 * @load_running: likewise
 * @user: what was told last, so that it never falls
 * @system: likewise
 * @avenrun: load averages, fixed point as the kernel's
 * @load_at: jiffies up to which @avenrun is reckoned
 * @born: CLOCK_BOOTTIME nanoseconds of the binding; constant
 */
struct vzctx_cpu {
	raw_spinlock_t lock;
	struct hlist_head tasks[2];
	bool met;
	u64 joined;
	u64 begun;
	u64 done;
	struct vzctx_cpu_sum gone;
	struct vzctx_cpu_sum sum;
	unsigned int active;
	unsigned int running;
	struct vzctx_cpu_sum total;
	unsigned int load_active;
	unsigned int load_running;
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
 * @read: bytes fetched from storage
 * @write: bytes that are to be written to storage, or were
 * @cancel: bytes of those that were dropped before they were
 * @born: CLOCK_BOOTTIME nanoseconds of the binding
 * @joined: tasks there ever were
 * @running: tasks that were running or ready to
 * @blocked: tasks that would wait for a disk
 * @load: load averages in hundredths over 1, 5 and 15 minutes
 * @avenrun: likewise in the fixed point of the kernel
 */
struct vzctx_cpu_stat {
	u64 user;
	u64 system;
	u64 uptime;
	u64 idle;
	u64 wait;
	u64 turns;
	u64 read;
	u64 write;
	u64 cancel;
	u64 born;
	u64 joined;
	u32 running;
	u32 blocked;
	u32 load[3];
	unsigned long avenrun[3];
};

#endif /* _VZCTX_CPUTIME_H */
