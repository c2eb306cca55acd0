/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - /etc/vz/vz.conf: the host's settings, and defaults for containers
 */
#ifndef _VZCTX_CONF_GLOBALCONF_H
#define _VZCTX_CONF_GLOBALCONF_H

#include <stdbool.h>

#include "conf/conf.h"

#define GLOBAL_CONF	"/etc/vz/vz.conf"

/**
 * globalconf - what @key is set to
 * @c: a container's configuration, which comes first; or NULL
 *
 * Then vz.conf, then what OpenVZ ships. Without vz.conf the last alone counts.
 * Read once in a program's life; the value is valid until @c changes.
 *
 * Return: NULL for a key nobody sets.
 */
const char *globalconf(const struct conf *c, const char *key);

/** Called with the errno when vz.conf is there and cannot be read; NULL: nobody. */
extern void (*globalconf_unread)(int err);

/** vz.conf as it stands; NULL where there is none. */
const struct conf *globalconf_file(void);

/** The same as yes or no; what is neither, or not set, is @def. */
bool globalconf_yes(const struct conf *c, const char *key, bool def);

#endif /* _VZCTX_CONF_GLOBALCONF_H */
