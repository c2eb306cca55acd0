/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the fields of vzlist: the table, and values of each kind
 */
#ifndef _VZCTX_VZLIST_VZLIST_FIELDS_H
#define _VZCTX_VZLIST_VZLIST_FIELDS_H

#include "vzlist/vzlist.h"

/** What a field holds decides how it is looked up, written and compared. */
enum vzl_kind {
	VZL_CTID,
	VZL_SMART,	/* the name, or the CTID */
	VZL_TEXT,	/* a key of the configuration */
	VZL_PATH,	/* VE_PRIVATE, VE_ROOT */
	VZL_LIST,	/* words */
	VZL_STATUS,
	VZL_UBC,	/* @id: UB_*, @part: held, maxheld, barrier, limit, failcnt */
	VZL_DISK,	/* @part: usage, soft, hard */
	VZL_LAVERAGE,
	VZL_UPTIME,
	VZL_CPU,	/* a number; JSON null only without both */
	VZL_NUMBER,	/* a number above 0, JSON 0 without */
	VZL_ORDER,	/* a number, JSON null without */
	VZL_IOPRIO,
	VZL_IOLIMIT,
	VZL_YESNO,
	VZL_VSWAP,
	VZL_LAYOUT,
	VZL_FACTOR,
	VZL_SWITCHES,	/* NAME:on NAME:off */
	VZL_WORD,	/* as text, never cut */
};

/** struct vzl_field - ends with a row without name */
struct vzl_field {
	const char *name, *heading;
	int width;		/* negative: to the left */
	enum vzl_kind kind;
	const char *key;
	unsigned int id, part;
};


/** struct vzl_value - what a field of a container holds */
struct vzl_value {
	bool known;
	bool text;		/* @s counts, else @n */
	double n;		/* to compare */
	uint64_t u;		/* the same, exact, if it is a whole number */
	char s[4096];		/* as vzlist writes it */
};

void vzl_value(const struct vzl_field *f, const struct vzl_ct *ct,
	       struct vzl_value *v);

#endif /* _VZCTX_VZLIST_VZLIST_FIELDS_H */
