/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - OpenVZ's action scripts
 *
 * /etc/vz/conf holds vps.ACTION for every container and CTID.ACTION for one;
 * the global one runs first. premount, mount, umount, postumount run on the
 * host with VEID and VE_CONFFILE in the environment, start and stop inside. A file
 * that others than root may write, or reach by a path they can change, is refused.
 */
#ifndef _VZCTX_LIFE_SCRIPT_H
#define _VZCTX_LIFE_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/report.h"

/**
 * script_host - runs vps.ACTION and CTID.ACTION, those there are of them
 * @ran: true afterwards if there was one, otherwise as it was; or NULL
 *
 * Return: EXIT_OK, or OUT_SCRIPT, reported with the script and how it failed.
 */
int script_host(uint32_t ctid, const char *action, bool *ran,
		struct report *report);

/**
 * script_inside - CTID.start and CTID.stop, by the container's own shell
 * @seconds: it is killed after so many; 0: never
 */
int script_inside(uint32_t ctid, const char *action, int seconds,
		  struct report *report);

/** Whether there is one of those. */
bool script_there(uint32_t ctid, const char *action);

#endif /* _VZCTX_LIFE_SCRIPT_H */
