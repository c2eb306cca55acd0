// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - model test: the list of claims
 *
 * usage: model [-t] [SEED]     -t leaves only the parts with several threads
 */
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define PRINTED_PER_TEST 5

uint64_t seed = 20240229;
_Thread_local void (*explorer_step)(enum model_access access);
_Thread_local unsigned int yield_every;

static _Thread_local unsigned int until_yield;
static atomic_ulong nr_broken;

static const struct {
	const char *name;
	void (*run)(void);
	bool threads;
} tests[] = {
	{ "every edge value against every other is as the reference says",
	  lock_step_edges, false },
	{ "millions of random operations stay in step with the reference",
	  lock_step_random, false },
	{ "every interleaving of three calls equals some order of them",
	  order_exhaustive, false },
	{ "random interleavings equal some order, refusals had a full instant",
	  order_random, false },
	{ "no charge begun after a change of limits goes above the new one",
	  order_limit_change, false },
	{ "a prototype fits the function it was made for, and no other",
	  types_fit, false },
	{ "types of a module are found, and those of the kernel they are made of",
	  types_of_module, false },
	{ "each prototype is a line of the module's information",
	  types_told, false },
	{ "types broken in thousands of ways do no harm",
	  types_broken, false },
	{ "this machine's own types, whole and broken",
	  types_real, false },
	{ "hard charges race: sums, failcnt and maxheld are exact",
	  race_hard, true },
	{ "soft charges race beside hard ones: barrier and limit both hold",
	  race_soft_above_barrier, true },
	{ "forced charges race: none refused, none lost",
	  race_force, true },
	{ "the highest of racing charges is the maxheld",
	  race_maxheld, true },
	{ "racing reservations: maxheld has all that stayed, never above the limit",
	  race_reserve, true },
	{ "no racing refusal is lost from failcnt",
	  race_failcnt, true },
	{ "nothing is granted once a limit of zero is set",
	  race_limit_change, true },
	{ "requests whose sum fits are never refused",
	  exact_fitting_sum, true },
	{ "a large request that fails refuses no small one that fits",
	  exact_large_beside_small, true },
};
#define NR_TESTS (sizeof(tests) / sizeof(tests[0]))

void model_step(enum model_access access)
{
	if (explorer_step) {
		explorer_step(access);
	} else if (yield_every && until_yield-- == 0) {
		static _Thread_local struct rng rng;

		if (!rng.state)
			rng = rng_make((uintptr_t)&rng);
		until_yield = rng_below(&rng, 2 * yield_every);
		sched_yield();
	}
}

void broken(const char *fmt, ...)
{
	char text[300];
	va_list ap;

	if (atomic_fetch_add(&nr_broken, 1) >= PRINTED_PER_TEST)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("# %s\n", text);
}

/* splitmix64 */
uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

struct rng rng_make(uint64_t stream)
{
	struct rng rng = { seed ^ stream << 32 ^ 1 };

	rng_next(&rng);
	return rng;
}

int main(int argc, char **argv)
{
	unsigned int i, planned = 0, number = 0, passed = 0;
	bool threads_only = argc > 1 && !strcmp(argv[1], "-t");

	if (argc > 1 + threads_only)
		seed = strtoull(argv[1 + threads_only], NULL, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < NR_TESTS; i++)
		planned += tests[i].threads || !threads_only;
	printf("TAP version 13\n1..%u\n# seed %llu\n", planned,
	       (unsigned long long)seed);
	for (i = 0; i < NR_TESTS; i++) {
		unsigned long bad;

		if (threads_only && !tests[i].threads)
			continue;
		tests[i].run();
		bad = atomic_exchange(&nr_broken, 0);
		if (bad)
			printf("# broken %lu times\n", bad);
		printf("%sok %u - %s\n", bad ? "not " : "", ++number,
		       tests[i].name);
		passed += !bad;
	}
	printf("%u passed, %u failed\n", passed, planned - passed);
	return passed == planned ? EXIT_SUCCESS : EXIT_FAILURE;
}
