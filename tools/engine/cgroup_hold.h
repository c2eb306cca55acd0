/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - memory that a container cannot give up
 */
#ifndef _VZCTX_ENGINE_CGROUP_HOLD_H
#define _VZCTX_ENGINE_CGROUP_HOLD_H

#include <stdint.h>

/**
 * cgroup_hold - bytes that the kernel cannot take from it but by killing
 * @swap: bytes of swap it may have; UINT64_MAX: as many as it may have now
 *
 * What caches hold is not among them, nor what there is room for in the host's
 * swap. Return: 0 where there is no such cgroup.
 */
uint64_t cgroup_hold(uint32_t ctid, uint64_t swap);

#endif /* _VZCTX_ENGINE_CGROUP_HOLD_H */
