/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - venet: the network device
 */
#ifndef _VZCTX_VENET_H
#define _VZCTX_VENET_H

#include <linux/types.h>

struct net;
struct net_device;
struct vzctx_port;

/* The host's end. */
extern struct vzctx_port vzctx_host_port;

struct net_device *vzctx_venet_make(struct net *net, struct vzctx_port *port);
bool vzctx_venet_is_in(struct net *net);
void vzctx_venet_remove(struct net_device *dev);

int vzctx_venet_init(void);
void vzctx_venet_uninit(void);

#endif /* _VZCTX_VENET_H */
