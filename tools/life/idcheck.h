/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - whether a container's range of ids is its own
 */
#ifndef _VZCTX_LIFE_IDCHECK_H
#define _VZCTX_LIFE_IDCHECK_H

#include <stdint.h>

#include "lib/report.h"
#include "module/nl.h"

/**
 * idcheck - refuses ids that are the host's own users' or a running container's
 * @base: the first of ID_COUNT ids, for users and for groups
 * @intent: "start CT 101"
 *
 * What a file says may be a copy of another container's. Two that start at the
 * same instant do not see each other.
 * Return: EXIT_OK, or an outcome that has been reported.
 */
int idcheck(struct vznl *nl, uint32_t ctid, uint32_t base, const char *intent,
	    struct report *report);

#endif /* _VZCTX_LIFE_IDCHECK_H */
