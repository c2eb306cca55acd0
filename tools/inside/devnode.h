/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - device nodes that a running container gets from the host
 */
#ifndef _VZCTX_INSIDE_DEVNODE_H
#define _VZCTX_INSIDE_DEVNODE_H

#include <stdint.h>

#include "engine/devices.h"
#include "lib/report.h"

/**
 * devnodes_place - puts the nodes of @add into /dev inside, and takes those of @gone away
 * @id_base: the context's root, who owns them
 * @gone: NULL: none; one that is in @add too stays
 *
 * A node that is there already, of that device, is as good. Whoever is root inside may
 * remove them, and put anything there instead: nothing is followed. What they may be opened
 * for is devices_confine()'s matter. Return: 0, or an outcome that has been reported.
 */
int devnodes_place(uint32_t ctid, uint32_t id_base, const struct devices *add,
		   const struct devices *gone, struct report *report);

#endif /* _VZCTX_INSIDE_DEVNODE_H */
