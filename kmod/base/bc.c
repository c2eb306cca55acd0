// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - beancounter arithmetic
 *
 * Promised: held never exceeds the limit by a HARD or SOFT charge that began
 * after the limit was set; a request for n units is refused only if at one
 * instant of the call fewer than n units were free; failcnt counts refused
 * requests, not units; maxheld is never below what callers were granted at one
 * instant for good, that is by vzctx_bc_try() or by a reservation since marked.
 *
 * Best effort: barrier and limit are read one after the other, so a charge that
 * races with a change may meet the old value of one and the new of the other;
 * and held may leave and return to a value while a limit is being changed. What
 * others have reserved when a charge is marked is in maxheld even if they then
 * give it back.
 *
 * Not attempted: fairness between callers, and taking back what is held when a
 * limit is lowered.
 */
#include "base/bc.h"

void vzctx_bc_init(struct vzctx_bc *bc)
{
	atomic_long_set(&bc->held, 0);
	atomic_long_set(&bc->maxheld, 0);
	atomic_long_set(&bc->failcnt, 0);
	bc->barrier = VZCTX_BC_MAX;
	bc->limit = VZCTX_BC_MAX;
}

static unsigned long ceiling(const struct vzctx_bc *bc,
			     enum vzctx_severity severity)
{
	unsigned long limit = READ_ONCE(bc->limit);
	unsigned long barrier;

	if (severity == VZCTX_FORCE)
		return VZCTX_BC_MAX;
	if (severity == VZCTX_SOFT)
		return limit;
	barrier = READ_ONCE(bc->barrier);
	return barrier < limit ? barrier : limit;
}

/*
 * A refusal stands only if held is the same before and after the ceiling was
 * read, so a limit lowered meanwhile is not held against units that were given
 * back before. Adding first and taking back would let a large request refuse a
 * small one that fits. Return: what is held with the units, or -1.
 */
static long take(struct vzctx_bc *bc, unsigned long n,
		 enum vzctx_severity severity)
{
	long held = atomic_long_read(&bc->held);
	unsigned long top;
	long now;

	do {
		for (;;) {
			top = ceiling(bc, severity);
			if (n <= top && (unsigned long)held <= top - n)
				break;
			now = atomic_long_read(&bc->held);
			if (n > top || now == held)
				return -1;
			held = now;
		}
	} while (!atomic_long_try_cmpxchg(&bc->held, &held, held + (long)n));

	return held + (long)n;
}

static void raise(struct vzctx_bc *bc, long held)
{
	long max = atomic_long_read(&bc->maxheld);

	while (max < held &&
	       !atomic_long_try_cmpxchg(&bc->maxheld, &max, held))
		;
}

/**
 * vzctx_bc_reserve() - takes units for a request that may yet fail elsewhere
 * @bc: the beancounter
 * @n: units wanted
 * @severity: how far it may go
 *
 * They are charged, so that no other request gets them, but they are not in maxheld
 * before vzctx_bc_mark(). vzctx_bc_uncharge() gives them back. Any context.
 *
 * Return: true if the units are charged.
 */
bool vzctx_bc_reserve(struct vzctx_bc *bc, unsigned long n,
		      enum vzctx_severity severity)
{
	return take(bc, n, severity) >= 0;
}

/* What was reserved is there for good. Any context. */
void vzctx_bc_mark(struct vzctx_bc *bc)
{
	raise(bc, atomic_long_read(&bc->held));
}

/**
 * vzctx_bc_try() - takes units if they are there
 * @bc: the beancounter
 * @n: units wanted
 * @severity: how far it may go
 *
 * Any context.
 *
 * Return: true if the units are charged. A forced charge beyond VZCTX_BC_MAX
 * is impossible and returns false.
 */
bool vzctx_bc_try(struct vzctx_bc *bc, unsigned long n,
		  enum vzctx_severity severity)
{
	long held = take(bc, n, severity);

	if (held < 0)
		return false;
	if (n)
		raise(bc, held);
	return true;
}

/* Counts a refused request. Any context. */
void vzctx_bc_fail(struct vzctx_bc *bc)
{
	atomic_long_inc(&bc->failcnt);
}

/**
 * vzctx_bc_charge() - takes units, or counts a failure
 * @bc: the beancounter
 * @n: units wanted
 * @severity: how far it may go
 *
 * As vzctx_bc_try(), the refusal being final. Any context.
 *
 * Return: true if the units are charged.
 */
bool vzctx_bc_charge(struct vzctx_bc *bc, unsigned long n,
		     enum vzctx_severity severity)
{
	if (vzctx_bc_try(bc, n, severity))
		return true;
	vzctx_bc_fail(bc);
	return false;
}

/**
 * vzctx_bc_uncharge() - gives units back
 * @bc: the beancounter
 * @n: units; normally what an earlier charge took
 *
 * Any context.
 *
 * Return: false if fewer than @n were held; held is then 0.
 */
bool vzctx_bc_uncharge(struct vzctx_bc *bc, unsigned long n)
{
	long held = atomic_long_read(&bc->held);
	long rest;

	do {
		rest = n > (unsigned long)held ? 0 : held - (long)n;
	} while (!atomic_long_try_cmpxchg(&bc->held, &held, rest));

	return n <= (unsigned long)held;
}

/**
 * vzctx_bc_show() - says what is held of something that is counted elsewhere
 * @bc: the beancounter; nothing is ever charged to it
 * @held: units now, at most VZCTX_BC_MAX
 *
 * Any context.
 */
void vzctx_bc_show(struct vzctx_bc *bc, unsigned long held)
{
	/* Other CPUs keep their copies of the line while nothing changes. */
	if (atomic_long_read(&bc->held) != (long)held)
		atomic_long_set(&bc->held, (long)held);
	raise(bc, (long)held);
}

/**
 * vzctx_bc_set() - sets barrier and limit
 * @bc: the beancounter
 * @barrier: at most @limit
 * @limit: at most VZCTX_BC_MAX; may be below held
 *
 * The caller holds the control mutex, or no other task knows @bc yet.
 */
void vzctx_bc_set(struct vzctx_bc *bc, unsigned long barrier,
		  unsigned long limit)
{
	WRITE_ONCE(bc->barrier, barrier);
	WRITE_ONCE(bc->limit, limit);
}

/**
 * vzctx_bc_read() - looks at a beancounter
 * @bc: the beancounter
 * @state: filled
 *
 * Any context.
 */
void vzctx_bc_read(const struct vzctx_bc *bc, struct vzctx_bc_state *state)
{
	state->held = (unsigned long)atomic_long_read(&bc->held);
	state->maxheld = (unsigned long)atomic_long_read(&bc->maxheld);
	if (state->held > state->maxheld)
		state->held = state->maxheld;
	state->barrier = READ_ONCE(bc->barrier);
	state->limit = READ_ONCE(bc->limit);
	state->failcnt = (unsigned long)atomic_long_read(&bc->failcnt);
}

#ifdef VZCTX_DEBUG
#include "base/bc_selftest.h"
#endif
