/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - how a container's command ended
 *
 * A command that was started without -F has nobody who waits for it. Its keeper
 * notes how it ended, until the container is started again.
 */
#ifndef _VZCTX_MODULE_ENDED_H
#define _VZCTX_MODULE_ENDED_H

#include <stddef.h>
#include <stdint.h>

/** ended_note - @status is a wait status, of now */
void ended_note(uint32_t ctid, int status);

/** ended_forget - the container lives again */
void ended_forget(uint32_t ctid);

/**
 * ended_text - "; its command ended with status 1 at 12:30:00", "" if nobody knows
 *
 * Return: @buf.
 */
const char *ended_text(uint32_t ctid, char *buf, size_t size);

#endif /* _VZCTX_MODULE_ENDED_H */
