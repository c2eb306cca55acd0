/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - sets of limits with a name, with OpenVZ's figures
 */
#ifndef _VZCTX_CONF_PROFILE_H
#define _VZCTX_CONF_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct profile_limit - one limit, in OpenVZ's syntax */
struct profile_limit {
	uint32_t id;		/* UB_* */
	const char *barlim;
};

/** struct profile - ends with a limit without figures */
struct profile {
	const char *name;
	const struct profile_limit *limit;
	unsigned int avnumproc;	/* what the figures are meant for; 0: no matter */
};

/** Return: NULL when there is none of that name. */
const struct profile *profile_find(const char *name);

/** The name of the @i-th, NULL behind the last. */
const char *profile_name(size_t i);

#endif /* _VZCTX_CONF_PROFILE_H */
