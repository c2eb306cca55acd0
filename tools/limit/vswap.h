/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - OpenVZ's short way to limit memory
 */
#ifndef _VZCTX_LIMIT_VSWAP_H
#define _VZCTX_LIMIT_VSWAP_H

#include "lib/report.h"
#include "module/ctxinfo.h"

struct vznl;

/**
 * struct vswap - three words, each NULL if not given
 * @ram: size, the limit of physpages
 * @swap: size, the limit of swappages
 * @overcommit: privvmpages as so many times their sum
 */
struct vswap {
	const char *ram, *swap, *overcommit;
};

/**
 * vswap_take - appends what the words mean to limits that are asked for
 * @nl: to look up what holds already; the context need not be running
 * @res: the kernel's resources
 * @ctid: of which context
 * @v: the words
 * @set: room for three more
 * @n: how many there are
 *
 * Return: EXIT_OK, or EXIT_USAGE, with what is wrong reported.
 */
int vswap_take(struct vznl *nl, const struct vz_reslist *res, uint32_t ctid,
	       const struct vswap *v, struct vz_set *set, size_t *n,
	       struct report *report);

#endif /* _VZCTX_LIMIT_VSWAP_H */
