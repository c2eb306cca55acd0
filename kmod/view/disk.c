// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - view: /proc/diskstats of a container
 *
 * The disks are the host's, and what others do with them is none of its business.
 */
#include <linux/seq_file.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "base/view.h"
#include "view/tables.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

VZCTX_WRAPPER(VZCTX_FOR_VIEW(VZCTX_VIEW_DISKSTATS), int, diskstats_show,
	      struct seq_file *, seqf, void *, v)
{
	struct vzctx *ctx = vzctx_get_of_current();
	int ret = 0;

	if (ctx)
		vzctx_put(ctx);
	else
		ret = vzctx_original(diskstats_show)(seqf, v);
	vzctx_stay_end();
	return ret;
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED_IF(host, diskstats_show, vzctx_hook_inside),
};

const struct vzctx_hook_table vzctx_view_disk = {
	rows, ARRAY_SIZE(rows), NULL
};
