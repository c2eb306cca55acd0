/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - whether limits fit each other
 */
#ifndef _VZCTX_LIMIT_VALIDATE_H
#define _VZCTX_LIMIT_VALIDATE_H

#include "conf/conf.h"
#include "lib/report.h"
#include "module/nl.h"

/** enum finding - how bad it is */
enum finding { FINDING_ERROR, FINDING_WARNING, FINDING_RECOMMENDATION };

/** found_fn - hears what is wrong and what follows from it, in one sentence */
typedef void (*found_fn)(enum finding f, const char *sentence);

/**
 * validate - judges a set of limits by OpenVZ's rules
 * @res: the names and units
 * @c: the configuration, which limits in @set override; may be NULL
 * @ctid: whose
 * @set: limits that are meant to hold
 * @avnumproc: how many processes there are on an average, if the configuration
 *	does not say; 0: half of numproc
 * @found: called for each thing that is wrong
 * @report: hears of lines of the configuration that cannot be read
 *
 * A resource with no limit anywhere is unlimited.
 *
 * Return: how many errors and warnings, or -ENOMEM.
 */
int validate(const struct vz_reslist *res, const struct conf *c, uint32_t ctid,
	     const struct vz_set *set, size_t n, uint64_t avnumproc,
	     found_fn found, struct report *report);

#endif /* _VZCTX_LIMIT_VALIDATE_H */
