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
 * What a file says may be a copy of another container's. The caller holds them
 * (idcheck_hold()) until its own container runs.
 * Return: EXIT_OK, or an outcome that has been reported.
 */
int idcheck(struct vznl *nl, uint32_t ctid, uint32_t base, const char *intent,
	    struct report *report);

/**
 * idcheck_hold - keeps others from starting with any of these ids meanwhile
 *
 * Waits for who holds one of them, for some seconds. Return: a descriptor for
 * idcheck_let_go(), or -1, which has been reported.
 */
int idcheck_hold(uint32_t base, const char *intent, struct report *report);

/** Also for copies of the descriptor that a child has. */
void idcheck_let_go(int fd);

#endif /* _VZCTX_LIFE_IDCHECK_H */
