// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - waiting no longer than until an instant
 */
#include <limits.h>
#include <poll.h>
#include <time.h>

#include "lib/until.h"

int64_t until_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

bool until_ended(int pidfd, int64_t end)
{
	struct pollfd pf = { .fd = pidfd, .events = POLLIN };
	int64_t left;

	while ((left = end - until_now()) > 0)
		if (poll(&pf, 1, left < INT_MAX ? left : INT_MAX) > 0)
			return true;
	return false;
}
