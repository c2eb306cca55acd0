// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the log of vzctl: LOGFILE of vz.conf, unless LOGGING says no
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf/globalconf.h"
#include "lib/msg.h"
#include "vzctl/vzlog.h"

static int log_fd = -1;
static uint32_t log_ctid;

/* A line is one write, so that lines of several commands stay whole. */
static void put(const char *line, bool error)
{
	char stamp[40], about[24] = "", *text;
	time_t now = time(NULL);
	struct tm tm;
	int len;

	(void)error;
	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S%z", &tm);
	if (log_ctid)
		snprintf(about, sizeof(about), "CT %u : ", log_ctid);
	len = asprintf(&text, "%s vzctl : %s%s\n", stamp, about, line);
	if (len < 0)
		return;
	if (write(log_fd, text, len) < 0 && errno == ENOSPC)
		len = 0;
	free(text);
}

void vzlog_open(uint32_t ctid)
{
	const char *path = globalconf(NULL, "LOGFILE");

	if (!globalconf_yes(NULL, "LOGGING", true) || *path != '/')
		return;
	log_ctid = ctid;
	log_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
			    O_NOFOLLOW, 0640);
	if (log_fd < 0)
		msg_note("warning: cannot open the log %s: %s", path,
			 strerror(errno));
	else
		msg_log = put;
}
