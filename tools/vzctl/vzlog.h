/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the log of vzctl: LOGFILE of vz.conf, unless LOGGING says no
 */
#ifndef _VZCTX_VZCTL_VZLOG_H
#define _VZCTX_VZCTL_VZLOG_H

#include <stdint.h>

/**
 * vzlog_open - has every line that is said written down too, with time and CTID
 * @ctid: 0: none
 *
 * A log that cannot be opened is told once and keeps nothing from being done.
 */
void vzlog_open(uint32_t ctid);

#endif /* _VZCTX_VZCTL_VZLOG_H */
