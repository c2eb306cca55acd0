/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - names of containers: /etc/vz/names/NAME -> /etc/vz/conf/CTID.conf
 *
 * A link whose configuration does not exist names nothing.
 */
#ifndef _VZCTX_CONF_NAMES_H
#define _VZCTX_CONF_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/report.h"

#define NAMES_DIR	"/etc/vz/names"
#define NAME_SIZE	65	/* the longest name, and a zero */

/**
 * names_valid - whether @name can be one
 *
 * Letters, digits and " -+_."; not empty, not beginning with a dash or a dot. A
 * number may be one too: libvirt names each container by its CTID.
 */
bool names_valid(const char *name);

/** names_find - Return: whose @name is, in @ctid, or false. */
bool names_find(const char *name, uint32_t *ctid);

/** Notes where @name is a number, which stands for another CTID than @ctid. */
void names_shadowed(const char *name, uint32_t ctid, struct report *report);

/** names_ctid - a CTID from a number, or from a name. Return: false: neither. */
bool names_ctid(const char *word, uint32_t *ctid);

/**
 * names_set - makes @name @ctid's, and @old no longer
 * @name: a valid one, or "" for none
 * @old: what it was called up to now, or NULL
 *
 * The caller holds conf_lock(), and has saved NAME or does it next.
 *
 * Return: 0, -EINVAL, -EEXIST (@taken: whose it is) or another errno.
 */
int names_set(uint32_t ctid, const char *name, const char *old,
	      uint32_t *taken);

/** Removes every name of @ctid, which is no more. */
void names_forget(uint32_t ctid);

#endif /* _VZCTX_CONF_NAMES_H */
