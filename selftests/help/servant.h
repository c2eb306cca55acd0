/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - a container whose init does what it is told
 *
 * The init is a fork of the test, so any function of the test can be run in it.
 */
#ifndef _SELFTESTS_SERVANT_H
#define _SELFTESTS_SERVANT_H

#include <pthread.h>

#include "world.h"

typedef long (*order_fn)(long a, long b);

/**
 * struct servant - shared with the init
 * @fn: what to run next
 * @a: first argument
 * @b: second argument
 * @ret: what it returned
 * @done: how many orders were carried out
 */
struct servant {
	order_fn volatile fn;
	volatile long a;
	volatile long b;
	volatile long ret;
	volatile int done;
};

static inline void serve(void *arg)
{
	struct servant *s = arg;

	for (;;) {
		while (!s->fn)
			usleep(200);
		s->ret = s->fn(s->a, s->b);
		s->fn = NULL;
		s->done++;
	}
}

static inline void order(struct servant *s, order_fn fn, long a, long b)
{
	s->a = a;
	s->b = b;
	s->fn = fn;
}

/* Runs fn(a, b) in the init; what it returned, or -ETIMEDOUT. */
static inline long tell(struct servant *s, order_fn fn, long a, long b)
{
	int before = s->done;

	order(s, fn, a, b);
	return wait_until(s->done != before) ? s->ret : -ETIMEDOUT;
}

/* A bound container with a servant, in namespaces that flags say. */
static inline struct servant *hire(struct genl *g, struct ct *ct, uint32_t ctid,
				   int flags)
{
	struct servant *s = shared(sizeof(*s));

	if (!s || ct_spawn(ct, ctid, flags, serve, s) ||
	    vz_create(g, ctid, ct->init) || ct_go(ct))
		return NULL;
	return s;
}

/*
 * An order: n threads of the init run the function at once, each is given its
 * number. Tells how many of them returned anything but NULL.
 */
static inline long race(long function, long n)
{
	void *(*racer)(void *) = (void *)function;
	long i, bad = 0;
	pthread_t t[n];
	void *ret;

	for (i = 0; i < n; i++)
		if (pthread_create(&t[i], NULL, racer, (void *)i))
			return -errno;
	for (i = 0; i < n; i++) {
		pthread_join(t[i], &ret);
		bad += ret != NULL;
	}
	return bad;
}

static inline long held_of(struct genl *g, uint32_t ctid, uint32_t res)
{
	struct bc bc;
	int err = vz_bc(g, ctid, res, &bc);

	return err ?: (long)bc.held;
}

static inline long fails_of(struct genl *g, uint32_t ctid, uint32_t res)
{
	struct bc bc;
	int err = vz_bc(g, ctid, res, &bc);

	return err ?: (long)bc.failcnt;
}

#endif /* _SELFTESTS_SERVANT_H */
