/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - limits of a container whose configuration does not say any
 *
 * The module limits nothing of its own accord, and one loop of forks would take
 * the host along; one that opens terminals would leave none to the others, for
 * containers share those of the kernel. DEFAULT_LIMITS="none", in the container's
 * configuration or in /etc/vz/vz.conf, leaves the default limits out, and so does
 * a figure for the resource, "unlimited" included.
 */
#ifndef _VZCTX_LIMIT_DEFLIMIT_H
#define _VZCTX_LIMIT_DEFLIMIT_H

#include "conf/conf.h"
#include "module/ctxinfo.h"

/* Each, or half of what the kernel has in all where that is less. */
#define DEFLIMIT_TASKS		4096	/* numproc */
#define DEFLIMIT_FILES		262144	/* numfile */
#define DEFLIMIT_TTYS		256	/* numpty */

#define DEFLIMIT_RAM_QUARTERS	3	/* of the host's memory, physpages */

/**
 * deflimit_add - appends those that @set, what @c says, has nothing about
 * @set: room for as many as @res has rows
 * @n: how many it has
 *
 * What this host cannot enforce is left out. Return: how many it has then.
 */
size_t deflimit_add(const struct conf *c, const struct vz_reslist *res,
		    struct vz_set *set, size_t n);

/** The limit of physpages that it adds. */
uint64_t deflimit_memory(void);

#endif /* _VZCTX_LIMIT_DEFLIMIT_H */
