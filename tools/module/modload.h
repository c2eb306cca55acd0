/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the connection every verb starts with
 */
#ifndef _VZCTX_MODULE_MODLOAD_H
#define _VZCTX_MODULE_MODLOAD_H

#include "lib/report.h"
#include "module/nl.h"

/**
 * modload_open - connects, loading the module when that is what is missing
 * @open: vznl_open or vznl_events_open
 *
 * Return: EXIT_OK, EXIT_NOMODULE or EXIT_FAILED, which has been reported.
 */
int modload_open(int (*open)(struct vznl **nlp), struct vznl **nlp,
		 struct report *report);

#endif /* _VZCTX_MODULE_MODLOAD_H */
