/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - door: /dev/vzctl
 */
#ifndef _VZCTX_IOCTL_H
#define _VZCTX_IOCTL_H

int vzctx_ioctl_init(void);
void vzctx_ioctl_uninit(void);

#endif /* _VZCTX_IOCTL_H */
