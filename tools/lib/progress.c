// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - one line that tells how far something is
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/parse.h"
#include "lib/print.h"
#include "lib/progress.h"

static unsigned int width(void)
{
	struct winsize ws;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) || !ws.ws_col)
		return print_width();
	return ws.ws_col;
}

void progress_begin(struct progress *bar, bool quiet, const char *label,
		    uint64_t total)
{
	*bar = (struct progress){ .total = total,
				  .on = !quiet && isatty(STDERR_FILENO) };
	escape(label, bar->label, sizeof(bar->label));
}

static bool too_soon(struct progress *bar)
{
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (now.tv_sec - bar->last.tv_sec) * 1000LL +
	     (now.tv_nsec - bar->last.tv_nsec) / 1000000;
	if (bar->shown && ms < 100)
		return true;
	bar->last = now;
	return false;
}

void progress_at(struct progress *bar, uint64_t done)
{
	char line[256], at[24], of[24];
	int columns;

	if (!bar->on || too_soon(bar))
		return;
	columns = width() - 1;
	format_scaled(done, VZCTX_UNIT_BYTES, at, sizeof(at));
	format_scaled(bar->total, VZCTX_UNIT_BYTES, of, sizeof(of));
	if (bar->total)
		snprintf(line, sizeof(line), "%3u%% %s of %s %s",
			 (unsigned int)(done >= bar->total ? 100 :
					done * 100 / bar->total),
			 at, of, bar->label);
	else
		snprintf(line, sizeof(line), "%s %s", at, bar->label);
	msg_draw("\r%-*.*s", columns, columns, line);
	bar->shown = true;
}

void progress_end(struct progress *bar)
{
	if (bar->shown)
		msg_draw("\r%*s\r", (int)width() - 1, "");
	bar->shown = false;
}
