/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the line for a container in its /etc/hosts
 */
#ifndef _VZCTX_INSIDE_HOSTS_H
#define _VZCTX_INSIDE_HOSTS_H

/**
 * hosts_text - what /etc/hosts is to be
 * @old: what it is; "" for none
 * @name: the host name, which stands in it then; with a domain, also without it
 *
 * The line that an earlier call wrote is the only one that changes. Where another line
 * has the name already, that one counts and there is none of ours.
 *
 * Return: text to be freed, or NULL without memory.
 */
char *hosts_text(const char *old, const char *name);

#endif /* _VZCTX_INSIDE_HOSTS_H */
