// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the columns of what containers have received and sent
 */
#include <linux/vzctx.h>

#include "net/traffic.h"
#include "table/traffic_row.h"

static struct cell bytes(uint64_t n)
{
	return (struct cell){ CELL_SCALED, .n = n, .unit = VZCTX_UNIT_BYTES };
}

static struct cell get_ctid(const void *r)
{
	return (struct cell){ CELL_NUMBER, .n = ((const struct traffic *)r)->ctid };
}

static struct cell get_interface(const void *r)
{
	return (struct cell){ CELL_WORD, .s = ((const struct traffic *)r)->name };
}

static struct cell get_in(const void *r)
{
	return bytes(((const struct traffic *)r)->in.bytes);
}

static struct cell get_inpackets(const void *r)
{
	return (struct cell){ CELL_NUMBER, .n = ((const struct traffic *)r)->in.packets };
}

static struct cell get_out(const void *r)
{
	return bytes(((const struct traffic *)r)->out.bytes);
}

static struct cell get_outpackets(const void *r)
{
	return (struct cell){ CELL_NUMBER, .n = ((const struct traffic *)r)->out.packets };
}

const struct column trafficrow_columns[] = {
	{ "ctid", "container", true, get_ctid },
	{ "interface", "its device, as it was made", false, get_interface },
	{ "in", "bytes that it has received since the device was made", true, get_in },
	{ "inpackets", "packets", true, get_inpackets },
	{ "out", "bytes that it has sent", true, get_out },
	{ "outpackets", "packets", true, get_outpackets },
};

const size_t trafficrow_ncolumns =
	sizeof(trafficrow_columns) / sizeof(trafficrow_columns[0]);
