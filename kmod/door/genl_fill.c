// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - door: what generic netlink messages contain
 *
 * Each function returns 0, or -EMSGSIZE and an unfinished message to cancel.
 */
#include <net/netlink.h>
#include <vzctx/version.h>

#include "base/ctx.h"
#include "base/event.h"
#include "base/registry.h"
#include "base/share.h"
#include "base/view.h"
#include "door/genl_fill.h"
#include "life/bind.h"
#include "net/port.h"
#include "net/venet.h"
#include "pay/ended.h"
#include "pay/refresh.h"
#include "wrap/hook.h"

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, VZCTX_A_PAD);
}

int vzctx_genl_fill_info(struct sk_buff *skb)
{
	char views[VZCTX_VIEW_NOTE];

	vzctx_view_lacks(views, sizeof(views));
	if (nla_put_u32(skb, VZCTX_A_ABI, VZCTX_ABI) ||
	    nla_put_string(skb, VZCTX_A_VERSION, VZCTX_VERSION) ||
	    put_u64(skb, VZCTX_A_ERRATA, 0) ||
	    nla_put_u32(skb, VZCTX_A_HOOKS, vzctx_hook_count()) ||
	    nla_put_u32(skb, VZCTX_A_LINGER, vzctx_linger()) ||
	    nla_put_string(skb, VZCTX_A_VIEWS, views) ||
	    nla_put_u32(skb, VZCTX_A_HOST_LINK, vzctx_port_link(&vzctx_host_port)))
		return -EMSGSIZE;
	return 0;
}

int vzctx_genl_fill_res(struct sk_buff *skb, u32 id)
{
	const struct vzctx_res *res = &vzctx_res[id];
	struct vzctx_res_lack lack = vzctx_res_lacks(id);
	bool active = !lack.why;
	char note[VZCTX_LACK_NOTE];
	struct nlattr *nest;

	if (active)
		lack = vzctx_share_lacks(id, note, sizeof(note));
	else
		snprintf(note, sizeof(note), "%s %s", lack.symbol,
			 vzctx_why_words[lack.why]);
	nest = nla_nest_start(skb, VZCTX_A_RES);
	if (!nest ||
	    nla_put_u32(skb, VZCTX_RES_A_ID, id) ||
	    nla_put_string(skb, VZCTX_RES_A_NAME, res->name) ||
	    nla_put_u32(skb, VZCTX_RES_A_UNIT, res->unit) ||
	    nla_put_u32(skb, VZCTX_RES_A_COUNTED,
			active ? res->counted : VZCTX_COUNTED_NO) ||
	    nla_put_u32(skb, VZCTX_RES_A_ENFORCED,
			active ? res->enforced : VZCTX_ENFORCED_NO) ||
	    nla_put_u32(skb, VZCTX_RES_A_ERRNO, res->err) ||
	    nla_put_string(skb, VZCTX_RES_A_NOTE, lack.why ? note : res->note) ||
	    (lack.why && (nla_put_u32(skb, VZCTX_RES_A_WHY, lack.why) ||
			  nla_put_string(skb, VZCTX_RES_A_SYMBOL, lack.symbol))))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* @action: by resource; NULL for a context that has ended */
static int fill_bc(struct sk_buff *skb, u32 id,
		   const struct vzctx_bc_state *bc, const u8 *action)
{
	struct nlattr *nest = nla_nest_start(skb, VZCTX_A_BC);

	if (!nest ||
	    nla_put_u32(skb, VZCTX_BC_A_ID, id) ||
	    nla_put_u64_64bit(skb, VZCTX_BC_A_HELD, bc->held,
			      VZCTX_BC_A_PAD) ||
	    nla_put_u64_64bit(skb, VZCTX_BC_A_MAXHELD, bc->maxheld,
			      VZCTX_BC_A_PAD) ||
	    nla_put_u64_64bit(skb, VZCTX_BC_A_BARRIER, bc->barrier,
			      VZCTX_BC_A_PAD) ||
	    nla_put_u64_64bit(skb, VZCTX_BC_A_LIMIT, bc->limit,
			      VZCTX_BC_A_PAD) ||
	    nla_put_u64_64bit(skb, VZCTX_BC_A_FAILCNT, bc->failcnt,
			      VZCTX_BC_A_PAD) ||
	    (action &&
	     nla_put_u32(skb, VZCTX_BC_A_ACTION, READ_ONCE(action[id]))))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_cpu(struct sk_buff *skb, const struct vzctx_cpu_stat *stat)
{
	const u64 ns[] = {
		[VZCTX_CPU_A_USER] = stat->user,
		[VZCTX_CPU_A_SYSTEM] = stat->system,
		[VZCTX_CPU_A_UPTIME] = stat->uptime,
		[VZCTX_CPU_A_IDLE] = stat->idle,
		[VZCTX_CPU_A_WAIT] = stat->wait,
		[VZCTX_CPU_A_TURNS] = stat->turns,
	};
	struct nlattr *nest = nla_nest_start(skb, VZCTX_A_CPU);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = VZCTX_CPU_A_USER; i < ARRAY_SIZE(ns); i++)
		if (nla_put_u64_64bit(skb, i, ns[i], VZCTX_CPU_A_PAD))
			return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(stat->load); i++)
		if (nla_put_u32(skb, VZCTX_CPU_A_LOAD1 + i, stat->load[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int vzctx_genl_fill_ctx(struct sk_buff *skb, struct vzctx *ctx)
{
	enum vzctx_state state = READ_ONCE(ctx->state);
	struct vzctx_cpu_stat cpu;
	struct vzctx_bc_state bc;
	struct nlattr *nest;
	u32 id;

	if (nla_put_u32(skb, VZCTX_A_CTID, ctx->ctid) ||
	    nla_put_u32(skb, VZCTX_A_STATE, state) ||
	    nla_put_u32(skb, VZCTX_A_PID, vzctx_init_pid(ctx)) ||
	    put_u64(skb, VZCTX_A_SINCE, ctx->since) ||
	    put_u64(skb, VZCTX_A_OBJECTS, vzctx_objects(ctx)) ||
	    put_u64(skb, VZCTX_A_DROPPED, vzctx_news_dropped(&ctx->news)))
		return -EMSGSIZE;

	nest = nla_nest_start(skb, VZCTX_A_BCS);
	if (!nest)
		return -EMSGSIZE;
	vzctx_res_refresh(ctx);
	for (id = 0; id < UB_RESOURCES; id++) {
		if (!vzctx_res_find(id))
			continue;
		vzctx_bc_read(&ctx->bc[id], &bc);
		if (fill_bc(skb, id, &bc, ctx->action))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	if (put_u64(skb, VZCTX_A_SPOOFED, atomic64_read(&ctx->port->spoofed)) ||
	    nla_put_u32(skb, VZCTX_A_LINK, vzctx_port_link(ctx->port)))
		return -EMSGSIZE;
	vzctx_cpu_get(ctx, &cpu);
	return fill_cpu(skb, &cpu);
}

/* Between vzctx_ended_lock() and vzctx_ended_unlock(). */
int vzctx_genl_fill_last(struct sk_buff *skb, const struct vzctx_ended *last)
{
	struct nlattr *nest;
	u32 id;

	if (nla_put_u32(skb, VZCTX_A_CTID, last->ctid) ||
	    put_u64(skb, VZCTX_A_SINCE, last->since) ||
	    put_u64(skb, VZCTX_A_ENDED, last->ended) ||
	    put_u64(skb, VZCTX_A_OBJECTS, last->objects) ||
	    put_u64(skb, VZCTX_A_DROPPED, last->dropped))
		return -EMSGSIZE;

	nest = nla_nest_start(skb, VZCTX_A_BCS);
	if (!nest)
		return -EMSGSIZE;
	for (id = 0; id < UB_RESOURCES; id++)
		if (vzctx_res_find(id) &&
		    fill_bc(skb, id, &last->bc[id], NULL))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return fill_cpu(skb, &last->cpu);
}

int vzctx_genl_fill_event(struct sk_buff *skb, const struct vzctx_event *event)
{
	struct nlattr *nest = nla_nest_start(skb, VZCTX_A_EVENT);

	if (!nest ||
	    nla_put_u32(skb, VZCTX_EVENT_A_TYPE, event->type) ||
	    nla_put_u32(skb, VZCTX_EVENT_A_CTID, event->ctid) ||
	    nla_put_u64_64bit(skb, VZCTX_EVENT_A_TIME, event->time,
			      VZCTX_EVENT_A_PAD))
		return -EMSGSIZE;
	if (event->type == VZCTX_EVENT_SPOOF &&
	    (nla_put_in6_addr(skb, VZCTX_EVENT_A_FROM, &event->from) ||
	     nla_put_in6_addr(skb, VZCTX_EVENT_A_TO, &event->to) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_DROPPED, event->dropped,
			       VZCTX_EVENT_A_PAD)))
		return -EMSGSIZE;
	if ((event->type == VZCTX_EVENT_LIMIT ||
	     event->type == VZCTX_EVENT_KILL) &&
	    (nla_put_u32(skb, VZCTX_EVENT_A_ID, event->res) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_HELD, event->bc.held,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_BARRIER, event->bc.barrier,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_LIMIT, event->bc.limit,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_FAILCNT, event->bc.failcnt,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_WANTED, event->wanted,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u32(skb, VZCTX_EVENT_A_PID, event->pid) ||
	     nla_put_string(skb, VZCTX_EVENT_A_COMM, event->comm) ||
	     nla_put_u64_64bit(skb, VZCTX_EVENT_A_DROPPED, event->dropped,
			       VZCTX_EVENT_A_PAD) ||
	     nla_put_u32(skb, VZCTX_EVENT_A_ACTION, event->action)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
