// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - attributes from the module to plain structs
 */
#include <errno.h>
#include <string.h>

#include <netlink/attr.h>

#include "module/nl_parse.h"

static uint32_t u32_of(const struct nlattr *a)
{
	return a && nla_len(a) >= 4 ? nla_get_u32(a) : 0;
}

static uint64_t u64_of(const struct nlattr *a)
{
	return a && nla_len(a) >= 8 ? nla_get_u64(a) : 0;
}

static void ip_of(const struct nlattr *a, struct in6_addr *ip)
{
	if (a && nla_len(a) == sizeof(*ip))
		memcpy(ip, nla_data(a), sizeof(*ip));
}

/* The array @v of @n elements, larger by a zeroed one; NULL leaves it alone. */
static void *grow(void *v, size_t n, size_t size)
{
	char *p = realloc(v, (n + 1) * size);

	if (p)
		memset(p + n * size, 0, size);
	return p;
}

int nl_parse_res(struct nlattr **top, void *arg)
{
	struct nlattr *tb[VZCTX_RES_A_MAX + 1];
	struct vz_reslist *l = arg;
	struct vz_res *r;

	if (!top[VZCTX_A_RES] ||
	    nla_parse_nested(tb, VZCTX_RES_A_MAX, top[VZCTX_A_RES], NULL) < 0)
		return -EBADMSG;
	if (!tb[VZCTX_RES_A_ID] || !tb[VZCTX_RES_A_NAME])
		return -EBADMSG;
	r = grow(l->v, l->n, sizeof(*r));
	if (!r)
		return -ENOMEM;
	l->v = r;
	r += l->n++;
	r->id = u32_of(tb[VZCTX_RES_A_ID]);
	r->unit = u32_of(tb[VZCTX_RES_A_UNIT]);
	r->counted = u32_of(tb[VZCTX_RES_A_COUNTED]);
	r->enforced = u32_of(tb[VZCTX_RES_A_ENFORCED]);
	r->err = u32_of(tb[VZCTX_RES_A_ERRNO]);
	r->why = u32_of(tb[VZCTX_RES_A_WHY]);
	nla_strlcpy(r->name, tb[VZCTX_RES_A_NAME], sizeof(r->name));
	if (tb[VZCTX_RES_A_NOTE])
		nla_strlcpy(r->note, tb[VZCTX_RES_A_NOTE], sizeof(r->note));
	return 0;
}

int nl_parse_views(struct nlattr **tb, void *arg)
{
	struct nl_text *views = arg;

	if (!tb[VZCTX_A_VIEWS])
		return -EBADMSG;
	nla_strlcpy(views->text, tb[VZCTX_A_VIEWS], views->size);
	return 0;
}

static int parse_bc(struct nlattr *a, struct vz_bc *b)
{
	struct nlattr *tb[VZCTX_BC_A_MAX + 1];

	if (nla_parse_nested(tb, VZCTX_BC_A_MAX, a, NULL) < 0)
		return -EBADMSG;
	b->id = u32_of(tb[VZCTX_BC_A_ID]);
	b->held = u64_of(tb[VZCTX_BC_A_HELD]);
	b->maxheld = u64_of(tb[VZCTX_BC_A_MAXHELD]);
	b->barrier = u64_of(tb[VZCTX_BC_A_BARRIER]);
	b->limit = u64_of(tb[VZCTX_BC_A_LIMIT]);
	b->failcnt = u64_of(tb[VZCTX_BC_A_FAILCNT]);
	b->action = u32_of(tb[VZCTX_BC_A_ACTION]);
	return 0;
}

static void parse_cpu(struct nlattr *nest, struct vz_cpu *cpu)
{
	struct nlattr *tb[VZCTX_CPU_A_MAX + 1];

	if (nla_parse_nested(tb, VZCTX_CPU_A_MAX, nest, NULL) < 0)
		return;
	cpu->user = u64_of(tb[VZCTX_CPU_A_USER]);
	cpu->system = u64_of(tb[VZCTX_CPU_A_SYSTEM]);
	cpu->uptime = u64_of(tb[VZCTX_CPU_A_UPTIME]);
	cpu->idle = u64_of(tb[VZCTX_CPU_A_IDLE]);
	cpu->wait = u64_of(tb[VZCTX_CPU_A_WAIT]);
	cpu->turns = u64_of(tb[VZCTX_CPU_A_TURNS]);
	for (int i = 0; i < 3; i++)
		cpu->load[i] = u32_of(tb[VZCTX_CPU_A_LOAD1 + i]);
}

/* An answer has as many as it has; they are counted before room is made. */
static int parse_bcs(struct nlattr *nest, struct vz_ctx *c)
{
	struct nlattr *a;
	struct vz_bc *v;
	size_t n = 0;
	int rem;

	nla_for_each_nested(a, nest, rem)
		n += nla_type(a) == VZCTX_A_BC;
	v = calloc(n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	free(c->bc);
	c->bc = v;
	c->nbc = 0;
	nla_for_each_nested(a, nest, rem) {
		int ret = nla_type(a) == VZCTX_A_BC && c->nbc < n ?
			  parse_bc(a, &v[c->nbc++]) : 0;

		if (ret)
			return ret;
	}
	return 0;
}

int nl_parse_ctx(struct nlattr **tb, void *arg)
{
	struct vz_ctx *c = arg;

	if (!tb[VZCTX_A_CTID])
		return -EBADMSG;
	c->ctid = u32_of(tb[VZCTX_A_CTID]);
	c->state = u32_of(tb[VZCTX_A_STATE]);
	c->pid = u32_of(tb[VZCTX_A_PID]);
	c->since = u64_of(tb[VZCTX_A_SINCE]);
	c->objects = u64_of(tb[VZCTX_A_OBJECTS]);
	c->dropped = u64_of(tb[VZCTX_A_DROPPED]);
	c->ended = u64_of(tb[VZCTX_A_ENDED]);
	if (tb[VZCTX_A_CPU])
		parse_cpu(tb[VZCTX_A_CPU], &c->cpu);
	return tb[VZCTX_A_BCS] ? parse_bcs(tb[VZCTX_A_BCS], c) : 0;
}

int nl_parse_listed(struct nlattr **tb, void *arg)
{
	struct vz_ctxlist *l = arg;
	struct vz_ctx *v = grow(l->v, l->n, sizeof(*v));

	if (!v)
		return -ENOMEM;
	l->v = v;
	return nl_parse_ctx(tb, &v[l->n++]);
}

int nl_parse_hit(struct nlattr **tb, void *arg)
{
	struct vz_eventlist *l = arg;
	struct vz_event *v = grow(l->v, l->n, sizeof(*v));

	if (!v)
		return -ENOMEM;
	l->v = v;
	return nl_parse_event(tb, &v[l->n++]);
}

int nl_parse_event(struct nlattr **tb, struct vz_event *ev)
{
	struct nlattr *e[VZCTX_EVENT_A_MAX + 1];

	memset(ev, 0, sizeof(*ev));
	if (!tb[VZCTX_A_EVENT] ||
	    nla_parse_nested(e, VZCTX_EVENT_A_MAX, tb[VZCTX_A_EVENT], NULL) < 0)
		return -EBADMSG;
	ev->type = u32_of(e[VZCTX_EVENT_A_TYPE]);
	ev->ctid = u32_of(e[VZCTX_EVENT_A_CTID]);
	ev->time = u64_of(e[VZCTX_EVENT_A_TIME]);
	ev->id = u32_of(e[VZCTX_EVENT_A_ID]);
	ev->pid = u32_of(e[VZCTX_EVENT_A_PID]);
	ev->held = u64_of(e[VZCTX_EVENT_A_HELD]);
	ev->barrier = u64_of(e[VZCTX_EVENT_A_BARRIER]);
	ev->limit = u64_of(e[VZCTX_EVENT_A_LIMIT]);
	ev->failcnt = u64_of(e[VZCTX_EVENT_A_FAILCNT]);
	ev->wanted = u64_of(e[VZCTX_EVENT_A_WANTED]);
	ev->dropped = u64_of(e[VZCTX_EVENT_A_DROPPED]);
	ev->action = u32_of(e[VZCTX_EVENT_A_ACTION]);
	if (e[VZCTX_EVENT_A_COMM])
		nla_strlcpy(ev->comm, e[VZCTX_EVENT_A_COMM], sizeof(ev->comm));
	ip_of(e[VZCTX_EVENT_A_FROM], &ev->from);
	ip_of(e[VZCTX_EVENT_A_TO], &ev->to);
	return 0;
}
