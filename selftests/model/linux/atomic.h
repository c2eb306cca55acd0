/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the kernel's atomics for the model test, on the compiler's own
 *
 * Orderings are the kernel's: a successful try_cmpxchg is fully ordered, the
 * rest is relaxed. Before each access model_step() may let others run.
 */
#ifndef _MODEL_LINUX_ATOMIC_H
#define _MODEL_LINUX_ATOMIC_H

#include <stdbool.h>

typedef struct {
	long counter;
} atomic_long_t;

enum model_access {
	MODEL_COUNTER,
	MODEL_LIMIT,
};

void model_step(enum model_access access);

static inline long atomic_long_read(const atomic_long_t *v)
{
	model_step(MODEL_COUNTER);
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic_long_set(atomic_long_t *v, long value)
{
	model_step(MODEL_COUNTER);
	__atomic_store_n(&v->counter, value, __ATOMIC_RELAXED);
}

static inline void atomic_long_inc(atomic_long_t *v)
{
	model_step(MODEL_COUNTER);
	__atomic_fetch_add(&v->counter, 1, __ATOMIC_RELAXED);
}

static inline bool atomic_long_try_cmpxchg(atomic_long_t *v, long *old,
					   long value)
{
	model_step(MODEL_COUNTER);
	return __atomic_compare_exchange_n(&v->counter, old, value, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

#define READ_ONCE(x) ({						\
	model_step(MODEL_LIMIT);				\
	__atomic_load_n(&(x), __ATOMIC_RELAXED);		\
})

#define WRITE_ONCE(x, value) ({					\
	model_step(MODEL_LIMIT);				\
	__atomic_store_n(&(x), value, __ATOMIC_RELAXED);	\
})

#endif /* _MODEL_LINUX_ATOMIC_H */
