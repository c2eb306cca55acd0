// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the reference a beancounter is compared with
 */
#include "model.h"

void ref_init(struct ref *ref)
{
	*ref = (struct ref){ .barrier = LONG_MAX, .limit = LONG_MAX };
}

bool ref_charge(struct ref *ref, unsigned long n, enum vzctx_severity severity)
{
	unsigned __int128 want = (unsigned __int128)ref->held + n;
	bool refused = want > LONG_MAX;

	if (severity == VZCTX_HARD && want > ref->barrier)
		refused = true;
	if (severity != VZCTX_FORCE && want > ref->limit)
		refused = true;
	if (refused) {
		ref->failcnt++;
		return false;
	}
	ref->held = (unsigned long)want;
	if (ref->maxheld < ref->held)
		ref->maxheld = ref->held;
	return true;
}

bool ref_uncharge(struct ref *ref, unsigned long n)
{
	if (n > ref->held) {
		ref->held = 0;
		return false;
	}
	ref->held -= n;
	return true;
}
