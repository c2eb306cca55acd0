// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - threads race for one beancounter
 *
 * What is claimed of a quiet beancounter, between two rounds, is exact; what is
 * claimed during a round holds at every instant.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define THREADS		8
#define YIELD_EVERY	8
#define REPEATS		20000

struct worker {
	unsigned int id;
	struct rng rng;
	unsigned long mine;	/* units charged and not given back */
	unsigned long refused;
	unsigned long seen;	/* highest held ever looked at */
};

static struct vzctx_bc bc;
static struct worker workers[THREADS];
static pthread_barrier_t start_line;
static void (*job)(struct worker *w);

static bool take(struct worker *w, unsigned long n, enum vzctx_severity severity)
{
	if (!vzctx_bc_charge(&bc, n, severity)) {
		w->refused++;
		return false;
	}
	w->mine += n;
	return true;
}

static void give(struct worker *w, unsigned long n)
{
	claim(vzctx_bc_uncharge(&bc, n),
	      "uncharge of %lu granted units says too few are held", n);
	w->mine -= n;
}

static unsigned long look(struct worker *w)
{
	struct vzctx_bc_state st;

	vzctx_bc_read(&bc, &st);
	if (st.held > w->seen)
		w->seen = st.held;
	claim(st.held >= w->mine, "held %lu is below the %lu one thread holds",
	      st.held, w->mine);
	claim(st.held <= st.maxheld, "held %lu is above maxheld %lu", st.held,
	      st.maxheld);
	return st.held;
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	yield_every = YIELD_EVERY;
	pthread_barrier_wait(&start_line);
	job(w);
	return NULL;
}

/* Has every worker do @what at once and returns when all have. */
static void together(void (*what)(struct worker *w))
{
	pthread_t thread[THREADS];
	unsigned int i;

	job = what;
	pthread_barrier_init(&start_line, NULL, THREADS);
	for (i = 0; i < THREADS; i++) {
		if (pthread_create(&thread[i], NULL, worker_main, &workers[i])) {
			perror("pthread_create");
			exit(EXIT_FAILURE);
		}
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&start_line);
}

static void fresh(unsigned long barrier, unsigned long limit, uint64_t stream)
{
	unsigned int i;

	vzctx_bc_init(&bc);
	vzctx_bc_set(&bc, barrier, limit);
	memset(workers, 0, sizeof(workers));
	for (i = 0; i < THREADS; i++) {
		workers[i].id = i;
		workers[i].rng = rng_make(stream * THREADS + i);
	}
}

/* Claims about a beancounter nobody uses just now. */
static void settle(unsigned long base)
{
	unsigned long held = base, refused = 0, seen = 0;
	struct vzctx_bc_state st;
	unsigned int i;

	for (i = 0; i < THREADS; i++) {
		held += workers[i].mine;
		refused += workers[i].refused;
		if (workers[i].seen > seen)
			seen = workers[i].seen;
	}
	if (held > seen)
		seen = held;
	vzctx_bc_read(&bc, &st);
	claim(st.held == held, "held %lu, the threads hold %lu", st.held, held);
	claim(st.failcnt == refused, "failcnt %lu, the threads were refused %lu times",
	      st.failcnt, refused);
	claim((unsigned long)bc.maxheld.counter >= seen,
	      "maxheld %ld, yet %lu were held", bc.maxheld.counter, seen);
}

static unsigned long highest;	/* no look may find more held than this */

static void churn(struct worker *w, unsigned int operations,
		  enum vzctx_severity severity, unsigned long largest)
{
	while (operations--) {
		if (w->mine && rng_below(&w->rng, 2))
			give(w, 1 + rng_below(&w->rng, w->mine));
		else
			take(w, 1 + rng_below(&w->rng, largest), severity);
		claim(look(w) <= highest, "held above %lu was seen", highest);
	}
}

static void churn_hard(struct worker *w)
{
	churn(w, 6000, VZCTX_HARD, 12);
}

void race_hard(void)
{
	unsigned int round;

	for (round = 0; round < 12; round++) {
		unsigned long top = 1 + round * 5;

		highest = top;
		/* Either of the two can be the lower one in force. */
		fresh(top, round % 2 ? top : LONG_MAX, 10 + round);
		together(churn_hard);
		settle(0);
		claim((unsigned long)bc.maxheld.counter <= top,
		      "maxheld %ld is above the ceiling %lu",
		      bc.maxheld.counter, top);
	}
}

static void churn_mixed(struct worker *w)
{
	churn(w, 6000, w->id % 2 ? VZCTX_HARD : VZCTX_SOFT, 9);
}

static void only_hard(struct worker *w)
{
	unsigned long n = 1 + rng_below(&w->rng, 9);

	claim(!take(w, n, VZCTX_HARD), "a hard charge was granted above the barrier");
}

void race_soft_above_barrier(void)
{
	unsigned int round;

	for (round = 0; round < 8; round++) {
		highest = 40;
		fresh(20, 40, 30 + round);
		together(churn_mixed);
		settle(0);
		claim(bc.maxheld.counter <= 40,
		      "maxheld %ld is above the limit", bc.maxheld.counter);
	}
	fresh(20, 40, 38);
	vzctx_bc_charge(&bc, 20, VZCTX_SOFT);
	together(only_hard);
	settle(20);
}

static void churn_forced(struct worker *w)
{
	churn(w, 6000, VZCTX_FORCE, 100);
	claim(w->refused == 0, "a forced charge was refused");
}

void race_force(void)
{
	highest = LONG_MAX;
	fresh(5, 5, 40);
	together(churn_forced);
	settle(0);
}

static void take_one(struct worker *w)
{
	take(w, 1, VZCTX_HARD);
}

void race_maxheld(void)
{
	unsigned int round;

	for (round = 0; round < 400; round++) {
		fresh(THREADS, THREADS, 50 + round);
		together(take_one);
		settle(0);
		claim(bc.maxheld.counter == THREADS,
		      "maxheld %ld, yet %d were held at the end",
		      bc.maxheld.counter, THREADS);
	}
}

static atomic_ulong for_good;	/* marked and not yet being given back */
static atomic_ulong peak;	/* highest of that ever seen */

static void tell_peak(unsigned long now)
{
	unsigned long max = atomic_load(&peak);

	while (max < now && !atomic_compare_exchange_weak(&peak, &max, now))
		;
}

/* Half of what is reserved is given back, as if its request had failed. */
static void reserve_some(struct worker *w)
{
	unsigned int i;

	for (i = 0; i < REPEATS / 4; i++) {
		unsigned long n = 1 + rng_below(&w->rng, 9);

		if (w->mine && rng_below(&w->rng, 2)) {
			atomic_fetch_sub(&for_good, w->mine);
			give(w, w->mine);
		}
		if (!vzctx_bc_reserve(&bc, n, i % 2 ? VZCTX_HARD : VZCTX_SOFT))
			continue;
		w->mine += n;
		if (rng_below(&w->rng, 2)) {
			give(w, n);
			continue;
		}
		vzctx_bc_mark(&bc);
		tell_peak(atomic_fetch_add(&for_good, n) + n);
		claim(look(w) <= 40, "held above the limit");
	}
}

void race_reserve(void)
{
	unsigned int round;

	for (round = 0; round < 8; round++) {
		atomic_store(&for_good, 0);
		atomic_store(&peak, 0);
		fresh(30, 40, 540 + round);
		together(reserve_some);
		settle(0);
		claim((unsigned long)bc.maxheld.counter >= atomic_load(&peak),
		      "maxheld %ld, yet %lu were held for good",
		      bc.maxheld.counter, atomic_load(&peak));
		claim(bc.maxheld.counter <= 40, "maxheld %ld above the limit",
		      bc.maxheld.counter);
	}
}

static void refused_always(struct worker *w)
{
	unsigned int i;

	for (i = 0; i < REPEATS; i++)
		claim(!take(w, 1 + i % 7, i % 3 ? VZCTX_HARD : VZCTX_SOFT),
		      "granted with nothing free");
}

void race_failcnt(void)
{
	fresh(0, 0, 500);
	together(refused_always);
	settle(0);
}

static atomic_ulong change;	/* odd while the limit is zero */
static atomic_uint chargers;

static void change_limits(struct worker *w)
{
	unsigned int i;


	if (w->id == 0) {
		while (atomic_load(&chargers)) {
			vzctx_bc_set(&bc, 0, 0);
			atomic_fetch_add(&change, 1);
			for (i = 0; i < 20; i++)
				look(w);
			atomic_fetch_add(&change, 1);
			vzctx_bc_set(&bc, 30, 40);
			for (i = 0; i < 20; i++)
				look(w);
		}
		return;
	}
	for (i = 0; i < REPEATS; i++) {
		unsigned long before = atomic_load(&change);
		bool got = take(w, 1 + rng_below(&w->rng, 5), i % 2);

		claim(!got || before % 2 == 0 || atomic_load(&change) != before,
		      "granted under a limit of zero");
		if (w->mine && rng_below(&w->rng, 2))
			give(w, w->mine);
		claim(look(w) <= 40, "held above any limit there was");
	}
	atomic_fetch_sub(&chargers, 1);
}

void race_limit_change(void)
{
	atomic_store(&change, 0);
	atomic_store(&chargers, THREADS - 1);
	fresh(30, 40, 510);
	together(change_limits);
	settle(0);
}

#define SHARE 5

static void within_share(struct worker *w)
{
	unsigned int i;

	for (i = 0; i < REPEATS; i++) {
		unsigned long n = 1 + rng_below(&w->rng, SHARE - w->mine);

		claim(take(w, n, i % 2 ? VZCTX_HARD : VZCTX_SOFT),
		      "refused %lu though all shares together fit", n);
		if (w->mine && (w->mine == SHARE || rng_below(&w->rng, 2)))
			give(w, 1 + rng_below(&w->rng, w->mine));
	}
}

void exact_fitting_sum(void)
{
	fresh(THREADS * SHARE, THREADS * SHARE, 520);
	together(within_share);
	settle(0);
	claim(bc.failcnt.counter == 0, "failcnt %ld", bc.failcnt.counter);
	claim(bc.maxheld.counter <= THREADS * SHARE, "maxheld %ld",
	      bc.maxheld.counter);
}

/* Held throughout, so that the large request never fits. */
#define BASE	30
#define LARGE	(THREADS / 2 * SHARE + 1)
#define TOP	(BASE + THREADS / 2 * SHARE)

static void small_or_large(struct worker *w)
{
	unsigned int i;

	if (w->id < THREADS / 2) {
		within_share(w);
		return;
	}
	for (i = 0; i < REPEATS; i++)
		claim(!take(w, LARGE, VZCTX_HARD),
		      "granted %d above the limit", LARGE);
}

void exact_large_beside_small(void)
{
	fresh(TOP, TOP, 530);
	vzctx_bc_charge(&bc, BASE, VZCTX_HARD);
	together(small_or_large);
	settle(BASE);
	claim(bc.failcnt.counter == (long)THREADS / 2 * REPEATS,
	      "failcnt %ld", bc.failcnt.counter);
	claim(bc.maxheld.counter <= TOP, "maxheld %ld", bc.maxheld.counter);
}
