// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - names and units of beancounters, without asking a kernel
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/beancounter.h>

#include "conf/ubcname.h"

#define ROW(ID, name, UNIT)	{ #name, UB_##ID, VZCTX_UNIT_##UNIT },

const struct ubcname ubcnames[] = {
	UB_RESOURCE_LIST(ROW)
	{ NULL, 0, 0 }
};

uint32_t ubc_id(const char *name)
{
	for (const struct ubcname *u = ubcnames; u->name; u++)
		if (!strcmp(u->name, name))
			return u->id;
	return UBC_NONE;
}

static const struct ubcname *by_id(uint32_t id)
{
	for (const struct ubcname *u = ubcnames; u->name; u++)
		if (u->id == id)
			return u;
	return NULL;
}

const char *ubc_name(uint32_t id)
{
	const struct ubcname *u = by_id(id);

	return u ? u->name : NULL;
}

uint32_t ubc_unit(uint32_t id)
{
	const struct ubcname *u = by_id(id);

	return u ? u->unit : VZCTX_UNIT_ITEMS;
}

void ubc_key(const char *name, char key[UBC_KEY_SIZE])
{
	size_t i;

	for (i = 0; name[i] && i + 1 < UBC_KEY_SIZE; i++)
		key[i] = toupper((unsigned char)name[i]);
	key[i] = '\0';
}

bool ubc_get(const struct conf *c, uint32_t id, uint64_t *bar, uint64_t *lim)
{
	const struct ubcname *u = by_id(id);
	char key[UBC_KEY_SIZE];
	const char *value;

	if (!u)
		return false;
	ubc_key(u->name, key);
	value = conf_get(c, key);
	return value && parse_barlim(value, u->unit, bar, lim);
}

void ubc_format(uint64_t bar, uint64_t lim, char *buf, size_t size)
{
	snprintf(buf, size, "%" PRIu64 ":%" PRIu64, bar, lim);
}
