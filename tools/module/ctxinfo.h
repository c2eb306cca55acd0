/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - plain structs between netlink and the verbs
 *
 * Numbers and enums are those of <linux/vzctx.h>; nothing here knows how they
 * travelled.
 */
#ifndef _VZCTX_MODULE_CTXINFO_H
#define _VZCTX_MODULE_CTXINFO_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <linux/vzctx.h>

/** struct vz_res - one row of the kernel's resource table */
struct vz_res {
	uint32_t id;
	uint32_t unit;		/* enum vzctx_unit */
	uint32_t counted;	/* enum vzctx_counted */
	uint32_t enforced;	/* enum vzctx_enforced */
	uint32_t err;		/* errno an application sees, 0: none */
	uint32_t why;		/* enum vzctx_why; then @note says it in words */
	char name[32];
	char note[256];
};

/** struct vz_reslist - the whole table; free with vz_reslist_free() */
struct vz_reslist {
	struct vz_res *v;
	size_t n;
};

/** struct vz_bc - one beancounter of one context */
struct vz_bc {
	uint32_t id;
	uint64_t held, maxheld, barrier, limit, failcnt;
	uint32_t action;	/* enum vzctx_action */
};

/** struct vz_cpu - what the tasks of a context have used; ns, hundredths */
struct vz_cpu {
	uint64_t user, system, uptime, idle, wait, turns;
	uint32_t load[3];
};

/** struct vz_ctx - one context; free with vz_ctx_free() */
struct vz_ctx {
	uint32_t ctid;
	uint32_t state;		/* enum vzctx_state; 0: not known to the kernel */
	uint32_t pid;		/* of the init, 0 when dead */
	uint64_t since;		/* CLOCK_REALTIME, ns */
	uint64_t objects;
	uint64_t dropped;
	uint64_t ended;		/* CLOCK_REALTIME, ns; of vznl_last() only */
	struct vz_cpu cpu;
	struct vz_bc *bc;
	size_t nbc;
};

/** struct vz_ctxlist - a dump; free with vz_ctxlist_free() */
struct vz_ctxlist {
	struct vz_ctx *v;
	size_t n;
};

/** struct vz_set - one limit to set; both figures travel, unless @keep */
struct vz_set {
	uint32_t id;
	uint64_t barrier, limit;
	uint32_t action;	/* enum vzctx_action, if @act */
	bool act;
	bool keep;		/* the figures stay as they are */
};

/** struct vz_event - one event; the bc fields only for VZCTX_EVENT_LIMIT */
struct vz_event {
	uint32_t type;		/* enum vzctx_event_type */
	uint32_t ctid;
	uint64_t time;		/* CLOCK_REALTIME, ns */
	uint32_t id;
	uint32_t pid;
	uint32_t action;	/* enum vzctx_action */
	uint64_t held, barrier, limit, failcnt, wanted, dropped;
	char comm[VZCTX_COMM_LEN];	/* raw bytes, always terminated */
	struct in6_addr from, to;	/* for VZCTX_EVENT_SPOOF only */
};

/** struct vz_eventlist - the last refusals; free with vz_eventlist_free() */
struct vz_eventlist {
	struct vz_event *v;
	size_t n;
};

static inline void vz_eventlist_free(struct vz_eventlist *l)
{
	free(l->v);
	l->v = NULL;
	l->n = 0;
}

static inline void vz_ctx_free(struct vz_ctx *c)
{
	free(c->bc);
	c->bc = NULL;
	c->nbc = 0;
}

static inline void vz_ctxlist_free(struct vz_ctxlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		vz_ctx_free(&l->v[i]);
	free(l->v);
	l->v = NULL;
	l->n = 0;
}

static inline void vz_reslist_free(struct vz_reslist *l)
{
	free(l->v);
	l->v = NULL;
	l->n = 0;
}

static inline const struct vz_bc *vz_ctx_bc(const struct vz_ctx *c, uint32_t id)
{
	for (size_t i = 0; i < c->nbc; i++)
		if (c->bc[i].id == id)
			return &c->bc[i];
	return NULL;
}

/** The row called @name, or NULL. */
const struct vz_res *res_by_name(const struct vz_reslist *l, const char *name);
const struct vz_res *res_by_id(const struct vz_reslist *l, uint32_t id);

#endif /* _VZCTX_MODULE_CTXINFO_H */
