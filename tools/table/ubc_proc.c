// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - reading a file like /proc/user_beancounters
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/beancounter.h>

#include "conf/ubcname.h"
#include "table/ubc_proc.h"


/* What stops at its figures is not in the file: these only guarantee, or are looked at. */
static uint32_t enforced_of(uint32_t id)
{
	switch (id) {
	case UB_OOMGUARPAGES:
	case UB_DCACHESIZE:
		return VZCTX_ENFORCED_NO;
	case UB_VMGUARPAGES:
	case UB_PHYSPAGES:
	case UB_SWAPPAGES:
		return VZCTX_ENFORCED_CGROUP;
	default:
		return VZCTX_ENFORCED_EXACT;
	}
}

/* Return: false for a line that is no row. */
static bool parse_row(const char *line, struct ubcrow *row)
{
	struct vz_bc *bc = &row->r.bc;
	const char *p = line, *colon = strchr(line, ':');
	char name[32];

	if (colon) {
		if (sscanf(line, "%" SCNu32, &row->r.ctid) != 1)
			return false;
		p = colon + 1;
	}
	if (sscanf(p, "%31s %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
		   name, &bc->held, &bc->maxheld, &bc->barrier, &bc->limit,
		   &bc->failcnt) != 6)
		return false;
	snprintf(row->r.res.name, sizeof(row->r.res.name), "%s", name);
	row->r.res.unit = ubc_unit(ubc_id(name));
	row->r.res.enforced = enforced_of(ubc_id(name));
	row->r.res.counted = bc->held || bc->maxheld || bc->failcnt ||
			     bc->barrier != VZCTX_UNLIMITED ||
			     bc->limit != VZCTX_UNLIMITED ?
			     VZCTX_COUNTED_CHARGED : VZCTX_COUNTED_NO;
	return true;
}

int ubcproc_read(const char *path, uint32_t ctid, struct ubcrows *rows)
{
	bool in = !strcmp(path, "-");
	struct ubcrow row = { 0 };
	char line[512];
	int ret = 0;
	FILE *f;

	f = in ? stdin : fopen(path, "re");
	if (!f)
		return -errno;
	if (!fgets(line, sizeof(line), f) || strcmp(line, "Version: 2.5\n"))
		ret = -EPROTO;
	if (!ret && !fgets(line, sizeof(line), f))
		ret = -EPROTO;
	while (!ret && fgets(line, sizeof(line), f)) {
		if (!parse_row(line, &row))
			ret = -EPROTO;
		else if (strcmp(row.r.res.name, "dummy") &&
			 (!ctid || row.r.ctid == ctid))
			ret = ubcrows_add(rows, &row);
	}
	if (!in)
		fclose(f);
	return ret;
}
