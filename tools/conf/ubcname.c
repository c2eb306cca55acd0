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

const struct ubcname ubcnames[] = {
	{ "kmemsize", UB_KMEMSIZE, VZCTX_UNIT_BYTES },
	{ "lockedpages", UB_LOCKEDPAGES, VZCTX_UNIT_PAGES },
	{ "privvmpages", UB_PRIVVMPAGES, VZCTX_UNIT_PAGES },
	{ "shmpages", UB_SHMPAGES, VZCTX_UNIT_PAGES },
	{ "numproc", UB_NUMPROC, VZCTX_UNIT_ITEMS },
	{ "physpages", UB_PHYSPAGES, VZCTX_UNIT_PAGES },
	{ "vmguarpages", UB_VMGUARPAGES, VZCTX_UNIT_PAGES },
	{ "oomguarpages", UB_OOMGUARPAGES, VZCTX_UNIT_PAGES },
	{ "numtcpsock", UB_NUMTCPSOCK, VZCTX_UNIT_ITEMS },
	{ "numflock", UB_NUMFLOCK, VZCTX_UNIT_ITEMS },
	{ "numpty", UB_NUMPTY, VZCTX_UNIT_ITEMS },
	{ "numsiginfo", UB_NUMSIGINFO, VZCTX_UNIT_ITEMS },
	{ "tcpsndbuf", UB_TCPSNDBUF, VZCTX_UNIT_BYTES },
	{ "tcprcvbuf", UB_TCPRCVBUF, VZCTX_UNIT_BYTES },
	{ "othersockbuf", UB_OTHERSOCKBUF, VZCTX_UNIT_BYTES },
	{ "dgramrcvbuf", UB_DGRAMRCVBUF, VZCTX_UNIT_BYTES },
	{ "numothersock", UB_NUMOTHERSOCK, VZCTX_UNIT_ITEMS },
	{ "dcachesize", UB_DCACHESIZE, VZCTX_UNIT_BYTES },
	{ "numfile", UB_NUMFILE, VZCTX_UNIT_ITEMS },
	{ "numiptent", UB_NUMIPTENT, VZCTX_UNIT_ITEMS },
	{ "swappages", UB_SWAPPAGES, VZCTX_UNIT_PAGES },
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
