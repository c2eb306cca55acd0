// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - how an init is asked to end
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>

#include "stopsig.h"

int stop_politely(uint32_t ctid, int pidfd, pid_t pid)
{
	char path[64], comm[32] = "";
	FILE *f;

	(void)ctid;
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	if (f) {
		if (!fgets(comm, sizeof(comm), f))
			comm[0] = '\0';
		fclose(f);
	}
	return pidfd_send_signal(pidfd, strcmp(comm, "systemd\n") ? SIGTERM :
				 SIGRTMIN + 3, NULL, 0) ? -errno : 0;
}
