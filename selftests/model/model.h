/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the parts of the model test share
 */
#ifndef _MODEL_H
#define _MODEL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bc.h"

/**
 * struct ref - a beancounter as OpenVZ describes it, for one thread
 *
 * Written from the rules alone, in arithmetic wide enough never to wrap.
 */
struct ref {
	unsigned long held;
	unsigned long maxheld;
	unsigned long barrier;
	unsigned long limit;
	unsigned long failcnt;
};

void ref_init(struct ref *ref);
bool ref_charge(struct ref *ref, unsigned long n, enum vzctx_severity severity);
bool ref_uncharge(struct ref *ref, unsigned long n);

/* Numbers that depend on the seed alone. */
struct rng {
	uint64_t state;
};

extern uint64_t seed;

struct rng rng_make(uint64_t stream);
uint64_t rng_next(struct rng *rng);

/* 0 <= result < @top */
static inline unsigned long rng_below(struct rng *rng, unsigned long top)
{
	return rng_next(rng) % top;
}

/* Counts a broken claim of the running test; the first few are printed. */
void broken(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define claim(cond, ...)			\
	do {					\
		if (!(cond))			\
			broken(__VA_ARGS__);	\
	} while (0)

/* Set for the thread that the explorer drives: where model_step() goes. */
extern _Thread_local void (*explorer_step)(enum model_access access);

/* Set for racing threads: they yield at one in so many accesses. */
extern _Thread_local unsigned int yield_every;

void lock_step_edges(void);
void lock_step_random(void);

void order_exhaustive(void);
void order_random(void);
void order_limit_change(void);

void types_fit(void);
void types_of_module(void);
void types_told(void);
void types_broken(void);
void types_real(void);

void race_hard(void);
void race_soft_above_barrier(void);
void race_force(void);
void race_maxheld(void);
void race_reserve(void);
void race_failcnt(void);
void race_limit_change(void);
void exact_fitting_sum(void);
void exact_large_beside_small(void);

#endif /* _MODEL_H */
