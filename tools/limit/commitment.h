/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what a context has of the host's memory
 *
 * OpenVZ's sums (vzmemcheck, vzcalc), but that physpages contains kernel memory
 * here, so that it is not added to it, and that on a 64-bit kernel low memory is
 * all of it.
 */
#ifndef _VZCTX_LIMIT_COMMITMENT_H
#define _VZCTX_LIMIT_COMMITMENT_H

#include "conf/conf.h"
#include "module/ctxinfo.h"

/**
 * enum share_kind - of what a part is taken
 * @SHARE_KERNEL: kernel memory and socket buffers, of the host's memory
 * @SHARE_RAM: memory in use, of the host's memory
 * @SHARE_SWAP: anonymous memory, swap and kernel memory, of memory and swap
 * @SHARE_ALLOC: memory allocated and kernel memory, of memory and swap
 * @SHARE_PROC: tasks, of the kernel's threads-max
 */
enum share_kind {
	SHARE_KERNEL, SHARE_RAM, SHARE_SWAP, SHARE_ALLOC, SHARE_PROC,
	SHARE_KINDS
};

#define SHARE_NONE	UINT64_MAX	/* there is no such figure */

/**
 * struct share - figures of one kind; VZCTX_UNLIMITED and SHARE_NONE are two
 * @current: held
 * @promised: guarantees, and limits of kernel memory and buffers; what is not
 *	limited is not promised
 * @max: the most that can be asked for
 */
struct share {
	uint64_t current, promised, max;
};

/** Fills @of with the host's own figures. Return: 0 or -errno. */
int share_host(uint64_t of[SHARE_KINDS]);

/**
 * share_take - adds up one context
 * @conf: guarantees the kernel does not keep are taken from here; may be NULL
 * @s: filled
 */
void share_take(const struct vz_ctx *c, const struct conf *conf,
		struct share s[SHARE_KINDS]);

/** Saturates at VZCTX_UNLIMITED. */
static inline uint64_t share_sum(uint64_t a, uint64_t b)
{
	return a > VZCTX_UNLIMITED - b ? VZCTX_UNLIMITED : a + b;
}

/** @v in hundredths of per cent of @of, rounded; @of is not 0. */
static inline uint64_t share_percent(uint64_t v, uint64_t of)
{
	return (uint64_t)((long double)v * 10000 / of + 0.5L);
}

#endif /* _VZCTX_LIMIT_COMMITMENT_H */
