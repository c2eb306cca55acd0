/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - switches and state of the host's network devices
 */
#ifndef _VZCTX_NET_SYSCTL_H
#define _VZCTX_NET_SYSCTL_H

#include <stdbool.h>
#include <stdint.h>

/** Whether a switch below /proc/sys is there and not 0. */
bool sysctl_is_on(const char *path);

/**
 * sysctl_device - puts a switch of a device on, if it is not
 * @family: "ipv4" or "ipv6"
 *
 * Return: 0 or -errno.
 */
int sysctl_device(uint32_t link, const char *family, const char *name);

bool device_is_up(uint32_t link);

#endif /* _VZCTX_NET_SYSCTL_H */
