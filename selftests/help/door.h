/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - a host socket at the netlink door, and a container
 */
#ifndef _SELFTESTS_DOOR_H
#define _SELFTESTS_DOOR_H

#include <kselftest_harness.h>
#include "world.h"

FIXTURE(door)
{
	struct genl g;
	struct ct ct;
};

FIXTURE_SETUP(door)
{
	ASSERT_EQ(0, genl_open(&self->g));
}

FIXTURE_TEARDOWN(door)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define spawn(ct, ctid) \
	ASSERT_EQ(0, ct_spawn(ct, ctid, 0, park_forever, NULL))

#endif /* _SELFTESTS_DOOR_H */
