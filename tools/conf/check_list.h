/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the values of OpenVZ's options look like: lists and words
 */
#ifndef _VZCTX_CONF_CHECK_LIST_H
#define _VZCTX_CONF_CHECK_LIST_H

#include "conf/check.h"

setval_check val_capability;	/* name:on|off,... becomes blank separated */
setval_check val_features;
setval_check val_devices;
setval_check val_devnodes;
setval_check val_pci;
setval_check val_interfaces;	/* names of network interfaces */
setval_check val_rate;		/* DEVICE:CLASS:KBIT, or KBIT, which becomes that */
setval_check val_netfilter;
setval_check val_words;		/* words with commas or blanks between */
setval_check val_meminfo;
setval_check val_publish;	/* PORT:PORT[/udp], becomes PORT/PROTOCOL:PORT */
setval_check val_published;	/* of a file: several of the latter */
setval_check val_unpublish;	/* PORT[/udp] or all */

#endif /* _VZCTX_CONF_CHECK_LIST_H */
