/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - door: generic netlink
 */
#ifndef _VZCTX_GENL_H
#define _VZCTX_GENL_H

struct vzctx_event;

int vzctx_genl_init(void);
void vzctx_genl_uninit(void);
void vzctx_genl_send(const struct vzctx_event *event);

#endif /* _VZCTX_GENL_H */
