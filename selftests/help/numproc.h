/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - what the tests of numproc share
 *
 * Witness: pids.current of the container's cgroup, which the kernel counts up
 * and down at its own places. Each fixture has the container ct and the door g.
 */
#ifndef _SELFTESTS_NUMPROC_H
#define _SELFTESTS_NUMPROC_H

#include "world.h"

/* What the init of a container reports through shared memory. */
struct report {
	volatile int step;
	volatile int ask;
	volatile int forked;
	volatile int refused;
	volatile int err;
	volatile pid_t last;
};

#define held() ({							\
	struct bc _bc;							\
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPROC, &_bc));		\
	_bc.held;							\
})

#define failcnt() ({							\
	struct bc _bc;							\
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPROC, &_bc));		\
	_bc.failcnt;							\
})

/* Held settles to n, and the kernel's own count agrees. */
#define expect_tasks(n) do {						\
	EXPECT_TRUE(wait_until((long)held() == (n)));			\
	EXPECT_EQ((n), (long)held());					\
	EXPECT_EQ((n), pids_current(&self->ct));			\
} while (0)

#endif /* _SELFTESTS_NUMPROC_H */
