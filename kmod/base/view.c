// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what a container sees of its own where others see the host
 */
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "base/res.h"
#include "base/view.h"

const char *const vzctx_view_names[VZCTX_VIEWS] = {
	[VZCTX_VIEW_NONE] = "nothing",
	[VZCTX_VIEW_MEMINFO] = "/proc/meminfo",
	[VZCTX_VIEW_SYSINFO] = "sysinfo(2)",
	[VZCTX_VIEW_UPTIME] = "/proc/uptime",
	[VZCTX_VIEW_LOADAVG] = "/proc/loadavg",
	[VZCTX_VIEW_STAT] = "/proc/stat",
	[VZCTX_VIEW_CPUINFO] = "/proc/cpuinfo",
	[VZCTX_VIEW_ONLINE] = "/sys/devices/system/cpu/online",
	[VZCTX_VIEW_SWAPS] = "/proc/swaps",
	[VZCTX_VIEW_VMSTAT] = "oom_kill of /proc/vmstat",
	[VZCTX_VIEW_DISKSTATS] = "/proc/diskstats",
	[VZCTX_VIEW_TASK_STAT] = "the start time in /proc/PID/stat",
	[VZCTX_VIEW_TASK_STATUS] = "/proc/PID/status",
};

/* Of views some hook of which could not be installed. */
static struct vzctx_res_lack lacks[VZCTX_VIEWS];

/* For @lacks. A leaf. */
static DEFINE_SPINLOCK(lacks_lock);

/**
 * vzctx_view_disable() - says that containers see the host's own
 * @id: VZCTX_VIEW_*
 * @why: the reason; the first one stays
 * @symbol: the kernel function it lies in, constant
 *
 * Return: true if that was not known yet.
 */
bool vzctx_view_disable(u32 id, enum vzctx_why why, const char *symbol)
{
	bool news;

	spin_lock(&lacks_lock);
	news = !lacks[id].why;
	if (news)
		lacks[id] = (struct vzctx_res_lack){ symbol, why };
	spin_unlock(&lacks_lock);
	return news;
}

/* Another attempt is made to hook what could not be hooked, as for resources. */
void vzctx_view_enable_all(void)
{
	unsigned int id;

	spin_lock(&lacks_lock);
	for (id = 0; id < VZCTX_VIEWS; id++)
		if (lacks[id].why <= VZCTX_WHY_ABSENT)
			lacks[id].why = VZCTX_WHY_NONE;
	spin_unlock(&lacks_lock);
}

/* Whether no hook of a view is known to be missing. */
bool vzctx_view_active(u32 id)
{
	return !READ_ONCE(lacks[id].why);
}

/**
 * vzctx_view_lacks() - tells what containers see of the host, and why
 * @note: set; empty if they see their own everywhere
 * @size: of @note
 */
void vzctx_view_lacks(char *note, size_t size)
{
	unsigned int id;
	size_t len = 0;

	*note = 0;
	spin_lock(&lacks_lock);
	for (id = 0; id < VZCTX_VIEWS; id++)
		if (lacks[id].why)
			len += scnprintf(note + len, size - len, "%s%s: %s %s",
					 len ? "; " : "", vzctx_view_names[id],
					 lacks[id].symbol,
					 vzctx_why_words[lacks[id].why]);
	spin_unlock(&lacks_lock);
}
