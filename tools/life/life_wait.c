// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - waiting until a container is up
 */
#include <stdint.h>
#include <time.h>

#include "lib/until.h"
#include "life/life.h"

#define PAUSE_MS	500

/*
 * systemd says it itself. What has no way to tell is up as soon as its init
 * runs. 0: up, 1: not yet.
 */
static char *const question[] = {
	"/bin/sh", "-c",
	"command -v systemctl >/dev/null 2>&1 || exit 0\n"
	"case $(readlink /proc/1/exe) in */systemd) ;; *) exit 0 ;; esac\n"
	"case $(systemctl is-system-running 2>/dev/null) in\n"
	"running|degraded|maintenance) exit 0 ;;\n"
	"esac\n"
	"exit 1",
	NULL,
};

int life_wait(uint32_t ctid, int seconds, struct report *report)
{
	const struct timespec pause = { 0, PAUSE_MS * 1000000L };
	const int64_t end = until_now() + seconds * INT64_C(1000);
	struct report silent = { 0 };
	int ret, status;

	for (;;) {
		ret = life_run_until(ctid, (char **)question, TTY_NULL, end,
				     &status, &silent);
		if (!ret && !status)
			return EXIT_OK;
		if (until_now() >= end)
			return report_fail(report, OUT_WAIT, 0,
					   "it did not come up in time",
					   "wait %d s for CT %u", seconds,
					   ctid);
		if (ret)
			return report_again(report, OUT_WAIT, &silent);
		nanosleep(&pause, NULL);
	}
}
