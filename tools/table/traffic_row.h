/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the columns of what containers have received and sent
 */
#ifndef _VZCTX_TABLE_TRAFFIC_ROW_H
#define _VZCTX_TABLE_TRAFFIC_ROW_H

#include "lib/print.h"

/** Of a struct traffic. */
extern const struct column trafficrow_columns[];
extern const size_t trafficrow_ncolumns;

#endif /* _VZCTX_TABLE_TRAFFIC_ROW_H */
