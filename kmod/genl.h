/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - door: generic netlink
 */
#ifndef _VZCTX_GENL_H
#define _VZCTX_GENL_H

struct vzctx_event;
struct vzctx_hook_table;

/**
 * struct vzctx_hooks_control - what the door may ask of the hooks
 * @need: installs them unless they are; control mutex held; 0 or -errno
 * @idle: lets the linger begin if no context is left
 * @linger: seconds
 */
struct vzctx_hooks_control {
	int (*need)(void);
	void (*idle)(void);
	unsigned int (*linger)(void);
};

int vzctx_genl_init(const struct vzctx_hooks_control *control);
void vzctx_genl_uninit(void);
void vzctx_genl_send(const struct vzctx_event *event);

#endif /* _VZCTX_GENL_H */
