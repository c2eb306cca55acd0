/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the values of OpenVZ's options look like
 *
 * Each check reads the word behind an option, or the value in a file, and writes
 * what belongs into the configuration. Nothing is said.
 */
#ifndef _VZCTX_CONF_CHECK_H
#define _VZCTX_CONF_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/parse.h"

#define SETVAL_SIZE	4096

/** The longest value is SETVAL_SIZE with its zero; @out has that room. */
typedef enum reading setval_check(const char *word, char *out);

setval_check val_text;		/* anything a configuration can hold */
setval_check val_path;		/* absolute */
setval_check val_yesno;
setval_check val_number;
setval_check val_hostname;
setval_check val_name;		/* or empty */
setval_check val_address;	/* IPv4 or IPv6, /bits or /mask behind it */
setval_check val_address_or_all;
setval_check val_addresses;	/* of a file: several, with blanks between */
setval_check val_server;	/* an address, or inherit */
setval_check val_servers;
setval_check val_domain;	/* or inherit */
setval_check val_domains;
setval_check val_userpw;	/* USER:PASSWORD */
setval_check val_factor;	/* 0 or above, with decimals */
setval_check val_cpuunits;	/* 8..500000 */
setval_check val_cpuweight;	/* 1..10000 */
setval_check val_cpulimit;	/* N or N% */
setval_check val_cpus;
setval_check val_cpumask;	/* list, auto, all */
setval_check val_nodemask;	/* list, all */
setval_check val_diskspace;	/* SOFT[:HARD], becomes KiB */
setval_check val_diskinodes;
setval_check val_items;		/* BAR[:LIM] */
setval_check val_ioprio;	/* 0..7 */
setval_check val_iolimit;	/* bytes a second, M by default, at most 2G */
setval_check val_iolimit_file;	/* of a file: bytes by default */
setval_check val_mac;
setval_check val_onoff;
setval_check val_interface;	/* the name of a network interface */

/** iolimit_parse - bytes a second; 0: none. @unit: of a figure without suffix */
enum reading iolimit_parse(const char *word, uint32_t unit, uint64_t *bytes);

#endif /* _VZCTX_CONF_CHECK_H */
