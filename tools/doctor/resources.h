/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what this kernel can do of each resource
 */
#ifndef _VZCTX_DOCTOR_RESOURCES_H
#define _VZCTX_DOCTOR_RESOURCES_H

#include "doctor/look.h"

/** enum hold - what becomes of a limit */
enum hold {
	HOLD_ENFORCED,
	HOLD_SAMPLED,	/* the figure is read from the kernel, nothing is refused */
	HOLD_NOT,	/* this kernel cannot, and others can */
	HOLD_UNTOLD,
};

/** struct resource - one of them */
struct resource {
	const char *name;
	enum hold hold;
	char why[256];	/* "" where all is as it should be; of HOLD_ENFORCED: for what not */
};

/** "enforced", "sampled", "not enforced", "untold". */
const char *hold_word(enum hold h);

/** How good that is. */
enum health resource_health(const struct resource *r);

/**
 * resources_look - fills @r, in the order of OpenVZ
 * @max: how many there is room for
 *
 * The module is asked where it is loaded; else its file and the kernel's list of
 * functions. Return: how many.
 */
size_t resources_look(const struct host *h, struct resource *r, size_t max);

#endif /* _VZCTX_DOCTOR_RESOURCES_H */
