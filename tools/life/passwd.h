/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - passwords of users inside
 */
#ifndef _VZCTX_LIFE_PASSWD_H
#define _VZCTX_LIFE_PASSWD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/report.h"

/**
 * passwd_set - has chpasswd set a password
 * @userpw: USER:PASSWORD
 * @running: whether it runs; if not it is started with chpasswd in place of an
 *	init, and has ended when this returns
 *
 * Return: EXIT_OK or an outcome, which has been reported.
 */
int passwd_set(uint32_t ctid, const char *userpw, bool running,
	       struct report *report);

#endif /* _VZCTX_LIFE_PASSWD_H */
