/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - a container whose init carries out orders
 *
 * Orders are the words of an enum of the test, NOTHING is the first of them; its
 * serve_one() carries one out. What may be any function is in servant.h instead.
 */
#ifndef _SELFTESTS_ORDERS_H
#define _SELFTESTS_ORDERS_H

#include "world.h"

/**
 * struct servant - shared with the init
 * @order: what to do next
 * @arg: for the order
 * @done: how many orders were carried out
 * @err: errno the last one met
 * @ret: another figure it may return
 * @pid: a process it may leave
 * @path: a file for orders that take one
 */
struct servant {
	volatile int order;
	volatile long arg;
	volatile int done;
	volatile int err;
	volatile long ret;
	volatile pid_t pid;
	char path[128];
};

static void serve_one(struct servant *s);

static void serve(void *arg)
{
	struct servant *s = arg;

	for (;;) {
		while (!s->order)
			usleep(300);
		s->err = 0;
		s->ret = 0;
		serve_one(s);
		s->order = 0;
		s->done++;
	}
}

/* Binds container 101 with such an init. */
static inline int engage(struct genl *g, struct ct *ct, struct servant *s)
{
	return ct_spawn(ct, 101, 0, serve, s) ?: vz_create(g, 101, ct->init) ?:
						 ct_go(ct);
}

/* Has an order carried out; the errno it met. */
#define tell(what, n) ({						\
	int _before = self->s->done;					\
	self->s->arg = (n);						\
	self->s->order = (what);					\
	ASSERT_TRUE(wait_until(self->s->done != _before));		\
	self->s->err;							\
})

#endif /* _SELFTESTS_ORDERS_H */
