// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - one thread: beancounter and reference do the same and stay the same
 */
#include "model.h"

#define ROUNDS		4000
#define OPERATIONS	1000

struct pair {
	struct vzctx_bc bc;
	struct ref ref;
};

static void pair_init(struct pair *p)
{
	vzctx_bc_init(&p->bc);
	ref_init(&p->ref);
}

static void compare(struct pair *p, const char *after)
{
	const struct ref *r = &p->ref;
	struct vzctx_bc_state s;

	vzctx_bc_read(&p->bc, &s);
	claim(s.held == r->held && s.maxheld == r->maxheld &&
	      s.barrier == r->barrier && s.limit == r->limit &&
	      s.failcnt == r->failcnt,
	      "after %s: held %lu maxheld %lu barrier %lu limit %lu failcnt %lu, expected %lu %lu %lu %lu %lu",
	      after, s.held, s.maxheld, s.barrier, s.limit, s.failcnt,
	      r->held, r->maxheld, r->barrier, r->limit, r->failcnt);
	/* vzctx_bc_read() may hide a maxheld that was never raised. */
	claim((unsigned long)p->bc.maxheld.counter == r->maxheld,
	      "after %s: the stored maxheld is %ld, expected %lu",
	      after, p->bc.maxheld.counter, r->maxheld);
}

static void charge(struct pair *p, unsigned long n, enum vzctx_severity severity)
{
	static const char *const name[] = { "HARD", "SOFT", "FORCE" };
	struct ref before = p->ref;
	bool got = vzctx_bc_charge(&p->bc, n, severity);
	bool expected = ref_charge(&p->ref, n, severity);

	claim(got == expected, "%s charge of %lu with held %lu barrier %lu limit %lu: %s",
	      name[severity], n, before.held, before.barrier, before.limit,
	      got ? "granted" : "refused");
	compare(p, "a charge");
}

static void uncharge(struct pair *p, unsigned long n)
{
	unsigned long held = p->ref.held;
	bool got = vzctx_bc_uncharge(&p->bc, n);
	bool expected = ref_uncharge(&p->ref, n);

	claim(got == expected, "uncharge of %lu with held %lu: %s", n, held,
	      got ? "true" : "false");
	compare(p, "an uncharge");
}

/* In maxheld only once it is marked. */
static void reserve(struct pair *p, unsigned long n,
		    enum vzctx_severity severity, bool keep)
{
	struct ref after = p->ref;
	bool expected = ref_charge(&after, n, severity);
	bool got = vzctx_bc_reserve(&p->bc, n, severity);
	struct vzctx_bc_state s;

	claim(got == expected, "reserving %lu: %s", n, got ? "granted" : "refused");
	vzctx_bc_read(&p->bc, &s);
	claim(s.maxheld == p->ref.maxheld && s.held <= s.maxheld &&
	      s.held >= p->ref.held && s.held <= after.held,
	      "while %lu are reserved: held %lu maxheld %lu, before %lu %lu", n,
	      s.held, s.maxheld, p->ref.held, p->ref.maxheld);
	if (got && keep) {
		vzctx_bc_mark(&p->bc);
		p->ref = after;
	} else if (got) {
		vzctx_bc_uncharge(&p->bc, n);
	}
	compare(p, "a reservation");
}

static void set(struct pair *p, unsigned long barrier, unsigned long limit)
{
	vzctx_bc_set(&p->bc, barrier, limit);
	p->ref.barrier = barrier;
	p->ref.limit = limit;
	compare(p, "a change of limits");
}

static const unsigned long edges[] = {
	0, 1, 2, LONG_MAX - 1UL, LONG_MAX, LONG_MAX + 1UL, ULONG_MAX - 1,
	ULONG_MAX,
};
#define NR_EDGES (sizeof(edges) / sizeof(edges[0]))

/* Every edge against every edge: held, barrier and limit, request, severity. */
void lock_step_edges(void)
{
	unsigned int held, barrier, limit, n, severity;
	struct pair p;

	for (held = 0; held < NR_EDGES && edges[held] <= LONG_MAX; held++)
	for (limit = 0; limit < NR_EDGES && edges[limit] <= LONG_MAX; limit++)
	for (barrier = 0; barrier <= limit; barrier++)
	for (n = 0; n < NR_EDGES; n++)
	for (severity = VZCTX_HARD; severity <= VZCTX_FORCE; severity++) {
		pair_init(&p);
		charge(&p, edges[held], VZCTX_FORCE);
		set(&p, edges[barrier], edges[limit]);
		reserve(&p, edges[n], severity, false);
		charge(&p, edges[n], severity);
		uncharge(&p, edges[n]);
		reserve(&p, edges[n], severity, true);
	}
}

/* A request that is likely to meet a boundary. */
static unsigned long amount(struct rng *rng, const struct ref *r)
{
	switch (rng_below(rng, 8)) {
	case 0:
		return edges[rng_below(rng, NR_EDGES)];
	case 1:
		return r->limit - r->held + rng_below(rng, 3) - 1;
	case 2:
		return r->barrier - r->held + rng_below(rng, 3) - 1;
	case 3:
		return LONG_MAX - r->held + rng_below(rng, 3) - 1;
	case 4:
		return r->held + rng_below(rng, 3) - 1;
	case 5:
		return rng_next(rng) >> rng_below(rng, 64);
	default:
		return rng_below(rng, 10);
	}
}

static unsigned long ceiling_value(struct rng *rng)
{
	switch (rng_below(rng, 4)) {
	case 0:
		return edges[rng_below(rng, NR_EDGES)] & LONG_MAX;
	case 1:
		return (rng_next(rng) & LONG_MAX) >> rng_below(rng, 63);
	default:
		return rng_below(rng, 100);
	}
}

static void change(struct pair *p, struct rng *rng)
{
	unsigned long a = ceiling_value(rng), b = ceiling_value(rng);

	if (rng_below(rng, 8)) {
		set(p, a < b ? a : b, a < b ? b : a);
		return;
	}
	/* What a charge can meet halfway through vzctx_bc_set(). */
	p->bc.barrier = p->ref.barrier = a;
	p->bc.limit = p->ref.limit = b;
}

void lock_step_random(void)
{
	struct rng rng = rng_make(1);
	unsigned int round, i;
	struct pair p;

	for (round = 0; round < ROUNDS; round++) {
		pair_init(&p);
		for (i = 0; i < OPERATIONS; i++) {
			unsigned long n = amount(&rng, &p.ref);

			switch (rng_below(&rng, 16)) {
			case 0:
				change(&p, &rng);
				break;
			case 1 ... 5:
				uncharge(&p, n);
				break;
			case 6 ... 7:
				reserve(&p, n, rng_below(&rng, 5) % 3,
					rng_below(&rng, 2));
				break;
			default:
				charge(&p, n, rng_below(&rng, 5) % 3);
			}
		}
	}
}
