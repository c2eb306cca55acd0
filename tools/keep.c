// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - who stays with a container
 */
#include <errno.h>
#include <poll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keep.h"

int keep(uint32_t ctid, int master, pid_t pid)
{
	struct pollfd pf[2] = {
		{ pidfd_open(pid, 0), POLLIN, 0 }, { master, POLLIN, 0 },
	};
	char buf[4096];
	int st = 0;

	(void)ctid;
	while (pf[0].fd >= 0) {
		if (poll(pf, 2, -1) < 0 && errno != EINTR)
			break;
		if (pf[1].revents && read(master, buf, sizeof(buf)) <= 0)
			pf[1].fd = -1;
		if (pf[0].revents)
			break;
	}
	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	close(master);
	close(pf[0].fd);
	return st;
}
