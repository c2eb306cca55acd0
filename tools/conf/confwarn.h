/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - lines of a configuration that do not mean what they say
 */
#ifndef _VZCTX_CONF_CONFWARN_H
#define _VZCTX_CONF_CONFWARN_H

#include "conf/conf.h"
#include "lib/report.h"

/**
 * conf_warn - reports each line that has no effect, or another than it says
 *
 * By file and line, as notes, once in the life of a program; vz.conf is looked at too,
 * the first time. Where nobody listens it is left for a listener. The lines stay in
 * the file. @c may be NULL.
 */
void conf_warn(const struct conf *c, struct report *report);

#endif /* _VZCTX_CONF_CONFWARN_H */
