/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - lines of a configuration that do not mean what they say
 */
#ifndef _VZCTX_CONF_CONFWARN_H
#define _VZCTX_CONF_CONFWARN_H

#include "conf/conf.h"

/**
 * conf_warn - names each line that has no effect, or another than it says
 *
 * By file and line, on standard error, once in a program's life; vz.conf is looked at
 * too, the first time. The lines stay in the file. @c may be NULL.
 */
void conf_warn(const struct conf *c);

#endif /* _VZCTX_CONF_CONFWARN_H */
