/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - configuration samples: /etc/vz/conf/ve-NAME.conf-sample
 *
 * Where there is no such file, OpenVZ's figures (profile.h) stand in; "basic" is
 * also known as "vps.basic", as in the days of /etc/sysconfig/vz-scripts.
 */
#ifndef _VZCTX_CONF_SAMPLE_FILE_H
#define _VZCTX_CONF_SAMPLE_FILE_H

#include <stddef.h>

#include "conf/conf.h"
#include "lib/report.h"

/** The key that remembers where a configuration came from. */
#define SAMPLE_KEY	"ORIGIN_SAMPLE"

/**
 * sample_load - reads one, and reports lines that have no effect
 *
 * Return: 0, -ENOENT for an unknown name, or another errno.
 */
int sample_load(const char *name, struct conf **sample, struct report *report);

/**
 * sample_each - calls @fn for each key but those that are a container's own
 *
 * HOSTNAME, IP_ADDRESS, OSTEMPLATE, VE_ROOT, VE_PRIVATE, NAME, DESCRIPTION,
 * LOCAL_UID and LOCAL_GID are left out. The last one is SAMPLE_KEY, with @name.
 * Return: 0, or what @fn returned, which ends it.
 */
int sample_each(const struct conf *sample, const char *name,
		int (*fn)(const char *key, const char *value, void *arg),
		void *arg);

/**
 * sample_apply - loads a sample, and puts what sample_each() gives into @c
 *
 * Return: EXIT_OK, or OUT_NO_SAMPLE or OUT_BAD_CONF, which has been reported.
 */
int sample_apply(const char *name, struct conf *c, struct report *report);

/** The names there are, separated by blanks, sorted. */
void sample_names(char *buf, size_t size);

#endif /* _VZCTX_CONF_SAMPLE_FILE_H */
