/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - names and units of beancounters, without asking a kernel
 */
#ifndef _VZCTX_CONF_UBCNAME_H
#define _VZCTX_CONF_UBCNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "lib/parse.h"

#define UBC_NONE	UINT32_MAX
#define UBC_KEY_SIZE	24

/** struct ubcname - one of OpenVZ's rows; ends with a row without name */
struct ubcname {
	const char *name;
	uint32_t id;		/* UB_* */
	uint32_t unit;		/* enum vzctx_unit */
};

extern const struct ubcname ubcnames[];

/** Return: UBC_NONE for no beancounter's name. */
uint32_t ubc_id(const char *name);

/** Return: NULL for an unknown id. */
const char *ubc_name(uint32_t id);

/** Items for an unknown id. */
uint32_t ubc_unit(uint32_t id);

/** The key of the configuration: the name in capitals. */
void ubc_key(const char *name, char key[UBC_KEY_SIZE]);

/** ubc_get - barrier and limit in @c. Return: false: none, or not readable. */
bool ubc_get(const struct conf *c, uint32_t id, uint64_t *bar, uint64_t *lim);

/** "BAR:LIM", both in decimals whatever their size, for libvirt reads them. */
void ubc_format(uint64_t bar, uint64_t lim, char *buf, size_t size);

#endif /* _VZCTX_CONF_UBCNAME_H */
