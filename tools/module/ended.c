// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - how a container's command ended
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "module/ended.h"

#define DIR	"/run/vzctx"	/* CTID.ended: wait status, seconds of the clock */

static void note_path(uint32_t ctid, char *buf, size_t size)
{
	snprintf(buf, size, DIR "/%u.ended", ctid);
}

void ended_note(uint32_t ctid, int status)
{
	char path[64];
	FILE *f;

	note_path(ctid, path, sizeof(path));
	if (mkdir(DIR, 0700) && errno != EEXIST)
		return;
	f = fopen(path, "we");
	if (!f)
		return;
	fprintf(f, "%d %lld\n", status, (long long)time(NULL));
	fclose(f);
}

void ended_forget(uint32_t ctid)
{
	char path[64];

	note_path(ctid, path, sizeof(path));
	unlink(path);
}

const char *ended_text(uint32_t ctid, char *buf, size_t size)
{
	char path[64], when[32] = "?";
	long long at;
	struct tm tm;
	int status;
	FILE *f;

	*buf = '\0';
	note_path(ctid, path, sizeof(path));
	f = fopen(path, "re");
	if (!f)
		return buf;
	if (fscanf(f, "%d %lld", &status, &at) == 2) {
		if (localtime_r(&(time_t){ at }, &tm))
			strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
		if (WIFSIGNALED(status))
			snprintf(buf, size, "; its command was ended by signal %d (%s) at %s",
				 WTERMSIG(status), strsignal(WTERMSIG(status)), when);
		else
			snprintf(buf, size, "; its command ended with status %d at %s",
				 WEXITSTATUS(status), when);
	}
	fclose(f);
	return buf;
}
