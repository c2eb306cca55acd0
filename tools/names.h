/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - names of containers: /etc/vz/names/NAME -> /etc/vz/conf/CTID.conf
 */
#ifndef _VZCTX_NAMES_H
#define _VZCTX_NAMES_H

#include <stdint.h>

#include "conf.h"

#define NAMES_DIR	"/etc/vz/names"

/** Removes the link of @ctid's name, if it is this container's. */
void names_forget(uint32_t ctid, const struct conf *c);

#endif /* _VZCTX_NAMES_H */
