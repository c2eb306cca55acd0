/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - samples of configurations: /etc/vz/conf/ve-NAME.conf-sample
 */
#ifndef _VZCTX_SAMPLE_H
#define _VZCTX_SAMPLE_H

#include "conf.h"

/**
 * sample_apply - puts a sample's keys into @c, but for what is a container's own
 *
 * Return: EXIT_OK, or OUT_NO_SAMPLE after telling the user.
 */
int sample_apply(const char *name, struct conf *c);

#endif /* _VZCTX_SAMPLE_H */
