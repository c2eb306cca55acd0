// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what happened, told once
 *
 * Promised: a limit hit never waits, never allocates and never prints where it
 * happens; it is queued in its context and sent from a workqueue. What the rate
 * limit drops is counted, and the count goes out with the next event.
 *
 * Best effort: delivery. A listener whose socket buffer is full loses events
 * and is told so by netlink itself.
 */
#include <linux/jiffies.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <net/ipv6.h>

#include "base/ctx.h"
#include "base/event.h"
#include "base/hit.h"
#include "base/on_limit.h"

/* Who tells the world; there is one before the first context. */
static void (*sink)(const struct vzctx_event *event);

static bool take_oldest(struct vzctx_news *news, struct vzctx_event *event)
{
	bool any;

	raw_spin_lock_irq(&news->lock);
	any = news->count;
	if (any) {
		*event = news->ring[news->head];
		news->head = (news->head + 1) % VZCTX_EVENT_RING;
		news->count--;
	}
	raw_spin_unlock_irq(&news->lock);
	return any;
}

/* The action that a refusal asked for, if nobody has taken it yet. */
static enum vzctx_action take_due(struct vzctx_news *news, u32 *res)
{
	enum vzctx_action due;

	raw_spin_lock_irq(&news->lock);
	due = news->due;
	*res = news->due_res;
	news->due = VZCTX_ACTION_NOTIFY;
	raw_spin_unlock_irq(&news->lock);
	return due;
}

static void log_spoof(const struct vzctx_event *event)
{
	const struct in6_addr *from = &event->from, *to = &event->to;

	if (ipv6_addr_v4mapped(from))
		pr_warn("CT %u: dropped packet, source wrong: src-IP=%pI4 dst-IP=%pI4\n",
			event->ctid, &from->s6_addr32[3], &to->s6_addr32[3]);
	else
		pr_warn("CT %u: dropped packet, source wrong: src-IP=%pI6c dst-IP=%pI6c\n",
			event->ctid, from, to);
}

static void log_event(struct vzctx_news *news, const struct vzctx_event *event)
{
	if (event->type == VZCTX_EVENT_SPOOF) {
		if (__ratelimit(&news->spoof_log))
			log_spoof(event);
		return;
	}
	if (!__ratelimit(&news->log))
		return;
	if (event->type == VZCTX_EVENT_KILL) {
		pr_warn("CT %u: out of memory, %*pE (pid %u) is killed\n",
			event->ctid,
			(int)strnlen(event->comm, sizeof(event->comm)),
			event->comm, event->pid);
		return;
	}
	pr_warn("CT %u: %s limit reached: held %lu barrier %lu limit %lu failcnt %lu, by %*pE (pid %u)\n",
		event->ctid, vzctx_res[event->res].name, event->bc.held,
		event->bc.barrier, event->bc.limit, event->bc.failcnt,
		(int)strnlen(event->comm, sizeof(event->comm)), event->comm,
		event->pid);
}

static void send_news(struct work_struct *work)
{
	struct vzctx_news *news = container_of(work, struct vzctx_news, work);
	struct vzctx *ctx = container_of(news, struct vzctx, news);
	struct vzctx_event event;
	enum vzctx_action due;
	u32 res;

	/* First, since telling takes time. */
	due = take_due(news, &res);
	if (due != VZCTX_ACTION_NOTIFY)
		vzctx_on_limit(ctx, due, res);
	while (take_oldest(news, &event)) {
		sink(&event);
		log_event(news, &event);
	}
	vzctx_put(ctx);
}

/* What it held back is counted elsewhere, so it says nothing of that. */
static void rate_init(struct ratelimit_state *rate, int period_s, int burst)
{
	ratelimit_state_init(rate, period_s * HZ, burst);
	ratelimit_set_flags(rate, RATELIMIT_MSG_ON_RELEASE);
}

void vzctx_news_init(struct vzctx_news *news)
{
	raw_spin_lock_init(&news->lock);
	news->tokens = VZCTX_EVENT_BURST;
	news->refill = jiffies;
	rate_init(&news->log, VZCTX_LOG_PERIOD_S, VZCTX_LOG_BURST);
	rate_init(&news->spoof_log, VZCTX_LOG_PERIOD_S, VZCTX_LOG_BURST);
	rate_init(&news->spoof, VZCTX_SPOOF_PERIOD_S, VZCTX_SPOOF_BURST);
	INIT_WORK(&news->work, send_news);
}

/* How many events of a context were dropped so far. */
u64 vzctx_news_dropped(struct vzctx_news *news)
{
	unsigned long flags;
	u64 dropped;

	raw_spin_lock_irqsave(&news->lock, flags);
	dropped = news->dropped;
	raw_spin_unlock_irqrestore(&news->lock, flags);
	return dropped;
}

/**
 * vzctx_event_init() - says who tells the world
 * @tell_world: called in process context with each event that is told; may sleep
 */
void vzctx_event_init(void (*tell_world)(const struct vzctx_event *event))
{
	sink = tell_world;
}

static bool take_token(struct vzctx_news *news)
{
	unsigned long period = msecs_to_jiffies(VZCTX_EVENT_PERIOD_MS);
	unsigned long due = (jiffies - news->refill) / period;

	lockdep_assert_held(&news->lock);
	if (due) {
		news->tokens = min_t(unsigned long, news->tokens + due,
				     VZCTX_EVENT_BURST);
		news->refill += due * period;
	}
	if (!news->tokens || news->count == VZCTX_EVENT_RING)
		return false;
	news->tokens--;
	return true;
}

/* Half of the room is for refusals alone. */
static bool may_queue(struct vzctx_news *news, const struct vzctx_event *event)
{
	if (event->type == VZCTX_EVENT_SPOOF)
		return news->count < VZCTX_EVENT_RING / 2;
	if (take_token(news))
		return true;
	news->dropped++;
	return false;
}

/* Queues an event as far as the rate allows, and sees to what is due. Any context. */
static void queue(struct vzctx *ctx, struct vzctx_event *event)
{
	struct vzctx_news *news = &ctx->news;
	unsigned long flags;
	bool work;

	raw_spin_lock_irqsave(&news->lock, flags);
	event->dropped = news->dropped;
	work = may_queue(news, event);
	if (work)
		news->ring[(news->head + news->count++) %
			   VZCTX_EVENT_RING] = *event;
	if (event->action > news->due) {
		news->due = event->action;
		news->due_res = event->res;
		work = true;
	}
	raw_spin_unlock_irqrestore(&news->lock, flags);

	if (!work)
		return;
	percpu_ref_get(&ctx->ref);
	if (!queue_work(vzctx_wq, &news->work))
		vzctx_put(ctx);
}

/* @task: whom it is about, or NULL. Any context. */
static void tell(struct vzctx *ctx, enum vzctx_event_type type, u32 res,
		 unsigned long wanted, struct task_struct *task)
{
	struct vzctx_event event = {
		.type = type,
		.ctid = ctx->ctid,
		.time = ktime_get_real_fast_ns(),
		.res = res,
		.wanted = wanted,
		.pid = task ? task_pid_nr(task) : 0,
		.action = READ_ONCE(ctx->action[res]),
	};

	vzctx_bc_read(&ctx->bc[res], &event.bc);
	strscpy_pad(event.comm, task ? task->comm : "", sizeof(event.comm));
	queue(ctx, &event);
	vzctx_hit_add(ctx->hits, &event);
}

/**
 * vzctx_event_limit() - a request was refused, as a rule the current task's
 * @ctx: whose limit; referenced by the caller
 * @res: UB_*
 * @wanted: units asked for
 *
 * Any context.
 */
void vzctx_event_limit(struct vzctx *ctx, u32 res, unsigned long wanted)
{
	/* The task that an interrupt happened to meet did not ask for anything. */
	tell(ctx, VZCTX_EVENT_LIMIT, res, wanted, in_task() ? current : NULL);
}

/**
 * vzctx_event_kill() - the kernel kills a task for lack of memory
 * @ctx: whose; referenced by the caller
 * @res: UB_*
 * @victim: the task, kept by the caller
 *
 * Any context.
 */
void vzctx_event_kill(struct vzctx *ctx, u32 res, struct task_struct *victim)
{
	tell(ctx, VZCTX_EVENT_KILL, res, 0, victim);
}

/**
 * vzctx_event_spoof() - a packet was dropped, its source not being the context's
 * @ctx: who sent it; referenced by the caller
 * @from: its source; an IPv4 address mapped
 * @to: its destination
 *
 * Told of the first few in each period only. Any context.
 */
void vzctx_event_spoof(struct vzctx *ctx, const struct in6_addr *from,
		       const struct in6_addr *to)
{
	struct vzctx_event event = {
		.type = VZCTX_EVENT_SPOOF,
		.ctid = ctx->ctid,
		.time = ktime_get_real_fast_ns(),
		.from = *from,
		.to = *to,
	};

	if (__ratelimit(&ctx->news.spoof))
		queue(ctx, &event);
}

static void tell_life(struct vzctx *ctx, enum vzctx_event_type type)
{
	struct vzctx_event event = {
		.type = type,
		.ctid = ctx->ctid,
		.time = ktime_get_real_ns(),
	};

	sink(&event);
	pr_info("CT %u: %s\n", ctx->ctid,
		type == VZCTX_EVENT_START ? "started" : "stopped");
}

/**
 * vzctx_event_life() - a context began or ended
 * @ctx: which; referenced by the caller
 * @type: VZCTX_EVENT_START or VZCTX_EVENT_STOP
 *
 * The init may end while its binding is still under way. An end is nevertheless
 * announced after the beginning, and not at all if the beginning is not. These
 * events are never rate-limited. May sleep.
 */
void vzctx_event_life(struct vzctx *ctx, enum vzctx_event_type type)
{
	atomic_t *life = &ctx->news.life;

	if (type == VZCTX_EVENT_START) {
		tell_life(ctx, VZCTX_EVENT_START);
		if (atomic_xchg(life, type) == VZCTX_EVENT_STOP)
			tell_life(ctx, VZCTX_EVENT_STOP);
	} else if (atomic_xchg(life, type) == VZCTX_EVENT_START) {
		tell_life(ctx, VZCTX_EVENT_STOP);
	}
}
