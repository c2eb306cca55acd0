/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what happened, told once
 */
#ifndef _VZCTX_EVENT_H
#define _VZCTX_EVENT_H

#include <linux/in6.h>
#include <linux/ratelimit_types.h>
#include <linux/spinlock_types.h>
#include <linux/workqueue.h>
#include <uapi/linux/vzctx.h>

#include "base/bc.h"
#include "base/tunables.h"

struct task_struct;
struct vzctx;

/**
 * struct vzctx_event - one piece of news
 * @type: what happened
 * @ctid: to whom
 * @time: CLOCK_REALTIME nanoseconds
 * @res: UB_*; this and the following for VZCTX_EVENT_LIMIT and _KILL only
 * @bc: the beancounter just after the refusal
 * @wanted: units asked for
 * @pid: of the task that asked, in the initial pid namespace; 0 if no task did,
 *	as with a packet that arrives
 * @comm: its name, chosen by the task: raw bytes
 * @dropped: events of this context dropped so far
 * @action: what follows besides the refusal
 * @from: source of a packet, for VZCTX_EVENT_SPOOF only; IPv4 mapped
 * @to: its destination
 */
struct vzctx_event {
	enum vzctx_event_type type;
	u32 ctid;
	u64 time;
	u32 res;
	struct vzctx_bc_state bc;
	unsigned long wanted;
	u32 pid;
	char comm[VZCTX_COMM_LEN];
	u64 dropped;
	enum vzctx_action action;
	struct in6_addr from;
	struct in6_addr to;
};

/**
 * struct vzctx_news - events of one context, waiting to be sent
 * @lock: guards all but @work, @life and the three rates
 * @ring: the events, oldest at @head
 * @head: index of the oldest
 * @count: how many wait
 * @tokens: how many more are allowed at once
 * @refill: jiffies when @tokens was last reckoned
 * @dropped: events refused by the rate limit
 * @due: the strongest action a refusal asked for that has not been taken yet
 * @due_res: the resource that asked for it
 * @log: rate of kernel log lines; used by @work only
 * @spoof: rate of forged packets told; of the others none is
 * @spoof_log: as @log, of lines about these
 * @life: which of beginning and end was announced last, an event type; 0: neither
 * @work: sends what waits
 *
 * Every context has its own, so none can push another's news out. Packets are as
 * many as their sender likes, so they have rates of their own: they neither push
 * refusals out nor count among the dropped.
 */
struct vzctx_news {
	raw_spinlock_t lock;
	struct vzctx_event ring[VZCTX_EVENT_RING];
	unsigned int head;
	unsigned int count;
	unsigned int tokens;
	unsigned long refill;
	u64 dropped;
	enum vzctx_action due;
	u32 due_res;
	struct ratelimit_state log;
	struct ratelimit_state spoof;
	struct ratelimit_state spoof_log;
	atomic_t life;
	struct work_struct work;
};

void vzctx_event_init(void (*tell_world)(const struct vzctx_event *event));

void vzctx_news_init(struct vzctx_news *news);
u64 vzctx_news_dropped(struct vzctx_news *news);

void vzctx_event_limit(struct vzctx *ctx, u32 res, unsigned long wanted);
void vzctx_event_kill(struct vzctx *ctx, u32 res, struct task_struct *victim);
void vzctx_event_spoof(struct vzctx *ctx, const struct in6_addr *from,
		       const struct in6_addr *to);
void vzctx_event_life(struct vzctx *ctx, enum vzctx_event_type type);

#endif /* _VZCTX_EVENT_H */
