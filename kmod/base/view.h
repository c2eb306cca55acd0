/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what a container sees of its own where others see the host
 *
 * The functions that show it are wrapped for tasks inside. One that cannot be costs
 * its view only: containers see the host's own there, as without the module.
 */
#ifndef _VZCTX_VIEW_H
#define _VZCTX_VIEW_H

#include <linux/types.h>
#include <uapi/linux/vzctx.h>

/** enum vzctx_view_id - the views, in the order of their names */
enum vzctx_view_id {
	VZCTX_VIEW_NONE,
	VZCTX_VIEW_MEMINFO,
	VZCTX_VIEW_SYSINFO,
	VZCTX_VIEW_UPTIME,
	VZCTX_VIEW_LOADAVG,
	VZCTX_VIEW_STAT,
	VZCTX_VIEW_CPUINFO,
	VZCTX_VIEW_ONLINE,
	VZCTX_VIEW_SWAPS,
	VZCTX_VIEW_VMSTAT,
	VZCTX_VIEW_DISKSTATS,
	VZCTX_VIEW_TASK_STAT,
	VZCTX_VIEW_TASK_STATUS,
	VZCTX_VIEWS,
};

/* As people know them. */
extern const char *const vzctx_view_names[VZCTX_VIEWS];

bool vzctx_view_disable(u32 id, enum vzctx_why why, const char *symbol);
void vzctx_view_enable_all(void);
bool vzctx_view_active(u32 id);
void vzctx_view_lacks(char *note, size_t size);

#endif /* _VZCTX_VIEW_H */
