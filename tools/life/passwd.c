// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - passwords of users inside
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "life/life.h"
#include "life/passwd.h"

/* The password stands in no argument, where ps would show it. */
static int input(const char *userpw)
{
	int fd = memfd_create("password", MFD_CLOEXEC);

	if (fd >= 0 && (dprintf(fd, "%s\n", userpw) < 0 ||
			lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

int passwd_set(uint32_t ctid, const char *userpw, bool running,
	       struct report *report)
{
	static char *argv[] = { "chpasswd", NULL };
	struct life_start start = {
		.ctid = ctid, .argv = argv, .foreground = true, .force = true,
	};
	char text[40];
	int fd = input(userpw), keep, status = 0, ret;

	if (fd < 0)
		return report_fail(report, OUT_PASSWORD, errno, NULL,
				   "set a password in CT %u", ctid);
	keep = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(fd, STDIN_FILENO);
	close(fd);
	ret = running ? life_run(ctid, argv, TTY_PASS, &status, report) :
			life_start(&start, &status, report);
	if (keep >= 0) {
		dup2(keep, STDIN_FILENO);
		close(keep);
	}
	if (ret)
		return ret;
	if (!status)
		return 0;
	snprintf(text, sizeof(text), "chpasswd ended with %d", status);
	return report_fail(report, OUT_PASSWORD, 0, text,
			   "set a password in CT %u", ctid);
}
