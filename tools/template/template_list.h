/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the templates there are
 */
#ifndef _VZCTX_TEMPLATE_TEMPLATE_LIST_H
#define _VZCTX_TEMPLATE_TEMPLATE_LIST_H

#include "lib/print.h"

/** The columns, for --help. */
void template_list_help(void);

/** Prints them. Return: an exit code. */
int template_list(const struct out *o);

#endif /* _VZCTX_TEMPLATE_TEMPLATE_LIST_H */
