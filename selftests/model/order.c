// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - interleavings of beancounter calls, one access at a time
 *
 * Calls run as coroutines that stop before each access to shared memory, so a
 * schedule is a list of choices and a run can be judged with full knowledge:
 *
 * - Some order of the calls, keeping those that did not overlap in place, makes
 *   the reference give the same answers and end with the same held, maxheld
 *   and failcnt. For a refusal this says: at the instant it is put at, fewer
 *   than n units were free.
 * - That rule once more by itself, from the intervals alone: a refused call
 *   overlaps an instant at which all that may have been granted by then left
 *   fewer than n units.
 *   Both for limits that stay as they are: barrier, limit and held are three
 *   words, so a change beside a call is judged by the next point alone.
 * - held is never above the limit, and at the return of a granted charge maxheld
 *   is not below the held it produced.
 */
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#include "model.h"

#define MAX_CALLERS	4
#define MAX_CALLS	3
#define MAX_SLICES	400
#define STACK		(64 * 1024)
#define RANDOM_SCRIPTS	4000
#define RANDOM_RUNS	20

enum kind {
	CHARGE,
	UNCHARGE,	/* of units nobody need hold */
	RELEASE,	/* of what the caller's last granted charge took */
	SET,
};

struct call {
	enum kind kind;
	enum vzctx_severity severity;
	unsigned long n;	/* SET: the limit */
	unsigned long barrier;	/* SET */

	bool result;
	int start, end;		/* slices; end is -1 until the call returned */
	unsigned long grew_to;	/* held as the granted charge left it */
};

struct script {
	unsigned long held, barrier, limit;
	unsigned int callers;
	struct caller {
		unsigned int calls;
		struct call call[MAX_CALLS];
	} caller[MAX_CALLERS];
};

static struct vzctx_bc bc;
static struct script s;
static struct {
	ucontext_t context;
	struct call *now;
	bool done;
} co[MAX_CALLERS];
static char stack[MAX_CALLERS][STACK] __attribute__((__aligned__(64)));
static ucontext_t scheduler;
static unsigned int running;
static int slice;
static bool stop_at_limits;
static unsigned long runs;

/* Choices of the run: who continues at each slice, of how many. */
static unsigned char chosen[MAX_SLICES], choices[MAX_SLICES];
static int replay;

static void describe(const char *what)
{
	char text[280];
	size_t len = 0;
	unsigned int i, j;

	len += snprintf(text, sizeof(text), "held %lu barrier %lu limit %lu:",
			s.held, s.barrier, s.limit);
	for (i = 0; i < s.callers; i++) {
		for (j = 0; j < s.caller[i].calls && len < sizeof(text); j++) {
			const struct call *c = &s.caller[i].call[j];

			len += snprintf(text + len, sizeof(text) - len,
					" %c%lu%s[%d,%d]", "CURS"[c->kind], c->n,
					c->result ? "+" : "-", c->start, c->end);
		}
		if (len < sizeof(text) && i + 1 < s.callers)
			len += snprintf(text + len, sizeof(text) - len, " |");
	}
	broken("%s; %s", what, text);
}

static void step(enum model_access access)
{
	if (access == MODEL_LIMIT && !stop_at_limits)
		return;
	swapcontext(&co[running].context, &scheduler);
	if (co[running].now->start < 0)
		co[running].now->start = slice;
}

static void perform(struct call *c, const struct call *taken)
{
	switch (c->kind) {
	case CHARGE:
		c->result = vzctx_bc_charge(&bc, c->n, c->severity);
		break;
	case RELEASE:
		c->n = taken ? taken->n : 0;
		/* fallthrough */
	case UNCHARGE:
		c->result = vzctx_bc_uncharge(&bc, c->n);
		break;
	case SET:
		vzctx_bc_set(&bc, c->barrier, c->n);
		c->result = true;
	}
}

static void caller_main(void)
{
	struct caller *me = &s.caller[running];
	const struct call *taken = NULL;
	unsigned int i;

	for (i = 0; i < me->calls; i++) {
		struct call *c = &me->call[i];

		co[running].now = c;
		perform(c, taken);
		c->end = slice;
		if (c->kind == CHARGE)
			taken = c->result ? c : taken;
		else if (c->kind == RELEASE)
			taken = NULL;
	}
	co[running].done = true;
}

/* The last change of limits that had returned before @c began, if one had. */
static const struct call *set_before(const struct call *c)
{
	unsigned int i, j;

	for (i = 0; i < s.callers; i++)
		for (j = 0; j < s.caller[i].calls; j++) {
			const struct call *set = &s.caller[i].call[j];

			if (set->kind == SET && set->end >= 0 &&
			    set->end < c->start)
				return set;
		}
	return NULL;
}

static bool has(enum kind kind)
{
	unsigned int i, j;

	for (i = 0; i < s.callers; i++)
		for (j = 0; j < s.caller[i].calls; j++)
			if (s.caller[i].call[j].kind == kind)
				return true;
	return false;
}

/* Looks at the counter after a slice of @c; @before is held before it. */
static void watch(struct call *c, unsigned long before)
{
	unsigned long held = (unsigned long)bc.held.counter;
	unsigned long maxheld = (unsigned long)bc.maxheld.counter;
	unsigned long barrier = s.barrier, limit = s.limit;
	const struct call *set;

	if (c->kind != CHARGE)
		return;
	if (held > before)
		c->grew_to = held;
	set = set_before(c);
	if (set) {
		barrier = set->barrier;
		limit = set->n;
	}
	if (held > before && c->severity != VZCTX_FORCE &&
	    (set || !has(SET))) {
		if (held > limit)
			describe("held went above the limit");
		if (c->severity == VZCTX_HARD && held > barrier)
			describe("a hard charge went above the barrier");
	}
	if (c->end == slice && c->result && c->n && maxheld < c->grew_to)
		describe("maxheld is below a held that was granted");
}

static unsigned int alive(unsigned int *who)
{
	unsigned int i, n = 0;

	for (i = 0; i < s.callers; i++)
		if (!co[i].done)
			who[n++] = i;
	return n;
}

/*
 * Runs the script. Choices below @replay are given, later ones come from @rng
 * or, without one, are the first possible.
 */
static void run(struct rng *rng)
{
	unsigned int who[MAX_CALLERS], n, i, j;

	vzctx_bc_init(&bc);
	if (s.held)
		vzctx_bc_charge(&bc, s.held, VZCTX_FORCE);
	vzctx_bc_set(&bc, s.barrier, s.limit);
	explorer_step = step;
	slice = -1;
	for (i = 0; i < s.callers; i++) {
		for (j = 0; j < s.caller[i].calls; j++) {
			s.caller[i].call[j].start = s.caller[i].call[j].end = -1;
			s.caller[i].call[j].grew_to = 0;
		}
		co[i].done = false;
		getcontext(&co[i].context);
		co[i].context.uc_stack.ss_sp = stack[i];
		co[i].context.uc_stack.ss_size = STACK;
		co[i].context.uc_link = &scheduler;
		makecontext(&co[i].context, caller_main, 0);
		/* Up to the first access, which belongs to its first slice. */
		running = i;
		swapcontext(&scheduler, &co[i].context);
	}
	for (slice = 0; slice < MAX_SLICES && (n = alive(who)); slice++) {
		unsigned long before = (unsigned long)bc.held.counter;
		struct call *c;

		if (slice >= replay)
			chosen[slice] = rng ? rng_below(rng, n) : 0;
		choices[slice] = n;
		running = who[chosen[slice]];
		c = co[running].now;
		swapcontext(&scheduler, &co[running].context);
		watch(c, before);
	}
	explorer_step = NULL;
	runs++;
	if (slice == MAX_SLICES)
		describe("a call does not come to an end");
}

static bool ends_as(const struct ref *ref)
{
	return ref->held == (unsigned long)bc.held.counter &&
	       ref->maxheld == (unsigned long)bc.maxheld.counter &&
	       ref->failcnt == (unsigned long)bc.failcnt.counter;
}

/* The next call of @caller may be put first: no waiting call ended before it. */
static bool may_be_next(unsigned int caller, const unsigned int *at)
{
	const struct call *c = &s.caller[caller].call[at[caller]];
	unsigned int i;

	for (i = 0; i < s.callers; i++)
		if (i != caller && at[i] < s.caller[i].calls &&
		    s.caller[i].call[at[i]].end < c->start)
			return false;
	return true;
}

static bool some_order(const struct ref *ref, unsigned int *at)
{
	bool over = true;
	unsigned int i;

	for (i = 0; i < s.callers; i++) {
		const struct call *c = &s.caller[i].call[at[i]];
		struct ref next = *ref;
		bool same, found;

		if (at[i] == s.caller[i].calls)
			continue;
		over = false;
		if (!may_be_next(i, at))
			continue;
		if (c->kind == CHARGE)
			same = ref_charge(&next, c->n, c->severity) == c->result;
		else
			same = ref_uncharge(&next, c->n) == c->result;
		if (!same)
			continue;
		at[i]++;
		found = some_order(&next, at);
		at[i]--;
		if (found)
			return true;
	}
	return over && ends_as(ref);
}

/* The most that can have been held at slice @t. */
static unsigned long possibly_held(int t)
{
	unsigned long sum = s.held;
	unsigned int i, j;

	for (i = 0; i < s.callers; i++)
		for (j = 0; j < s.caller[i].calls; j++) {
			const struct call *c = &s.caller[i].call[j];

			if (c->kind == CHARGE && c->result && c->start <= t)
				sum += c->n;
			else if (c->kind == RELEASE && c->end < t)
				sum -= c->n;
		}
	return sum;
}

static bool refusal_was_due(const struct call *c)
{
	unsigned long top = c->severity == VZCTX_HARD ? s.barrier : s.limit;
	int t;

	for (t = c->start; t <= c->end; t++)
		if (possibly_held(t) + c->n > top)
			return true;
	return false;
}

static void judge(void)
{
	unsigned int at[MAX_CALLERS] = {}, i, j;
	struct ref ref;

	ref_init(&ref);
	ref_charge(&ref, s.held, VZCTX_FORCE);
	ref.barrier = s.barrier;
	ref.limit = s.limit;
	if (!some_order(&ref, at))
		describe("no order of the calls gives these answers and counters");
	if (has(UNCHARGE))
		return;
	for (i = 0; i < s.callers; i++)
		for (j = 0; j < s.caller[i].calls; j++) {
			const struct call *c = &s.caller[i].call[j];

			if (c->kind == CHARGE && !c->result &&
			    c->severity != VZCTX_FORCE && !refusal_was_due(c))
				describe("refused though the units were free throughout");
		}
}

/* Turns the last choice that has an alternative; false when all were taken. */
static bool next_schedule(void)
{
	int i;

	for (i = slice - 1; i >= 0; i--) {
		if (chosen[i] + 1 < choices[i]) {
			chosen[i]++;
			replay = i + 1;
			return true;
		}
	}
	return false;
}

#define HARD(n)		{ .kind = CHARGE, .severity = VZCTX_HARD, n }
#define SOFT(n)		{ .kind = CHARGE, .severity = VZCTX_SOFT, n }
#define FORCED(n)	{ .kind = CHARGE, .severity = VZCTX_FORCE, n }
#define BACK(n)		{ .kind = UNCHARGE, .severity = VZCTX_HARD, n }
#define LIMITS(b, l)	{ .kind = SET, .severity = VZCTX_HARD, l, b }
#define ONE(a)		{ 1, { a } }
#define TWO(a, b)	{ 2, { a, b } }

static const struct script exhaustive[] = {
	/* room for two of three */
	{ 0, 2, 2, 3, { ONE(HARD(1)), ONE(HARD(1)), ONE(HARD(1)) } },
	/* the large one fails or all small ones do; never more than that */
	{ 0, 10, 10, 3, { ONE(HARD(9)), ONE(HARD(2)), ONE(HARD(1)) } },
	/* the large one cannot fit, the small ones always do */
	{ 5, 10, 10, 3, { ONE(HARD(8)), ONE(HARD(3)), ONE(HARD(2)) } },
	/* forced above the limit beside others */
	{ 8, 10, 10, 3, { ONE(FORCED(5)), ONE(HARD(2)), ONE(SOFT(2)) } },
	/* only the soft one may pass the barrier */
	{ 4, 5, 10, 3, { ONE(HARD(1)), ONE(SOFT(5)), ONE(HARD(1)) } },
	/* units come back while others want them */
	{ 10, 10, 10, 3, { ONE(BACK(4)), ONE(HARD(4)), ONE(HARD(3)) } },
	/* more comes back than is held */
	{ 3, 10, 10, 3, { ONE(BACK(2)), ONE(BACK(2)), ONE(HARD(9)) } },
	/* twice in a row against one */
	{ 0, 3, 3, 2, { TWO(HARD(2), BACK(2)), TWO(HARD(2), BACK(2)) } },
	{ 5, 9, 9, 2, { TWO(HARD(5), HARD(4)), TWO(HARD(3), BACK(3)) } },
	/* at the top of the numbers */
	{ LONG_MAX - 1, LONG_MAX, LONG_MAX, 3,
	  { ONE(FORCED(1)), ONE(FORCED(1)), ONE(HARD(1)) } },
};

static const struct script limit_change[] = {
	{ 0, 10, 10, 2, { TWO(LIMITS(3, 3), HARD(2)), TWO(HARD(2), HARD(2)) } },
	{ 2, 10, 10, 2, { ONE(LIMITS(1, 4)), TWO(SOFT(2), SOFT(2)) } },
	{ 0, 9, 9, 2, { TWO(LIMITS(0, 0), HARD(1)), TWO(SOFT(3), HARD(1)) } },
};

static void say_runs(void)
{
	printf("# %lu interleavings\n", runs);
	runs = 0;
}

static void explore(const struct script *script, bool judged)
{
	s = *script;
	replay = 0;
	do {
		run(NULL);
		if (judged)
			judge();
	} while (next_schedule());
}

void order_exhaustive(void)
{
	unsigned int i;

	stop_at_limits = false;
	for (i = 0; i < sizeof(exhaustive) / sizeof(exhaustive[0]); i++)
		explore(&exhaustive[i], true);
	say_runs();
}

void order_limit_change(void)
{
	unsigned int i;

	stop_at_limits = true;
	for (i = 0; i < sizeof(limit_change) / sizeof(limit_change[0]); i++)
		explore(&limit_change[i], false);
	say_runs();
}

static void invent(struct rng *rng)
{
	unsigned int i, j;

	memset(&s, 0, sizeof(s));
	s.limit = 1 + rng_below(rng, 12);
	s.barrier = rng_below(rng, 3) ? s.limit : rng_below(rng, s.limit + 1);
	s.held = rng_below(rng, s.limit + 2);
	s.callers = 2 + rng_below(rng, MAX_CALLERS - 1);
	for (i = 0; i < s.callers; i++) {
		s.caller[i].calls = 1 + rng_below(rng, MAX_CALLS);
		for (j = 0; j < s.caller[i].calls; j++) {
			struct call *c = &s.caller[i].call[j];

			c->kind = rng_below(rng, 3) ? CHARGE : RELEASE;
			c->severity = rng_below(rng, 8) ?
				rng_below(rng, 2) : VZCTX_FORCE;
			c->n = rng_below(rng, s.limit + 2);
		}
	}
}

void order_random(void)
{
	struct rng rng = rng_make(2);
	unsigned int i, j;

	stop_at_limits = false;
	replay = 0;
	for (i = 0; i < RANDOM_SCRIPTS; i++) {
		invent(&rng);
		for (j = 0; j < RANDOM_RUNS; j++) {
			run(&rng);
			judge();
		}
	}
	say_runs();
}
