/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the keys of configurations, and how the value of each is read
 */
#ifndef _VZCTX_CONF_CONFKEY_H
#define _VZCTX_CONF_CONFKEY_H

#include "conf/check.h"
#include "conf/conf.h"
#include "lib/parse.h"

/** Of a container whose create or destroy is not over: "create" or "destroy". */
#define LIFE_KEY	"VZCTX_UNFINISHED"

/** Whether it gets limits its configuration does not say, see deflimit.h. */
#define DEFLIMIT_KEY	"DEFAULT_LIMITS"
#define DEFLIMIT_OFF	"none"

/** Whether anybody reads @key; those are among them that only OpenVZ reads. */
bool confkey_known(const char *key);

/** What reads its value in a file; NULL: any text, or a resource's limits. */
setval_check *confkey_check(const char *key);

/** Whether it is the BARRIER:LIMIT of a resource. */
bool confkey_is_limit(const char *key);

/**
 * confkey_read - the value of @key as it stands in a file
 * @out: as it is understood; SETVAL_SIZE
 */
enum reading confkey_read(const char *key, const char *value, char *out);

/**
 * confkey_number - the figure of @key
 *
 * Of the container's file, then of the host's; a value that cannot be read is none.
 * Return: false where there is none.
 */
bool confkey_number(const struct conf *c, const char *key, uint64_t *out);

/** The same of the container's file alone. */
bool confkey_own_number(const struct conf *c, const char *key, uint64_t *out);

/** Whether FEATURES has "@name:on". */
bool conf_feature(const struct conf *c, const char *name);

/** Whether NETFILTER, of the file or the host's, says "disabled". */
bool conf_no_filter(const struct conf *c);

/** Kbit in a second that RATE and RATEBOUND leave to it; 0: any amount. */
uint32_t conf_rate(const struct conf *c);

#define HOSTNAME_SIZE	65	/* what the kernel takes, and a zero */

/** The host name: HOSTNAME, or ct followed by the number. */
void conf_hostname(const struct conf *c, uint32_t ctid, char *buf,
		   unsigned int size);

/** The private area: VE_PRIVATE with $VEID replaced, or the default place. */
void conf_private(const struct conf *c, uint32_t ctid, char *buf,
		  unsigned int size);

/** Where it is mounted: VE_ROOT with $VEID replaced, or the default place. */
void conf_root(const struct conf *c, uint32_t ctid, char *buf,
	       unsigned int size);

#endif /* _VZCTX_CONF_CONFKEY_H */
