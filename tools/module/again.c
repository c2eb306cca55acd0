// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the promise to start a container again when its init has rebooted
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/parse.h"
#include "module/again.h"

#define DIR_OF	"/run/vzctx"	/* CTID.again: pid of the keeper */
#define SUFFIX	".again"

static void path_of(uint32_t ctid, char *buf, size_t size)
{
	snprintf(buf, size, DIR_OF "/%u" SUFFIX, ctid);
}

void again_promise(uint32_t ctid)
{
	char path[64];
	FILE *f;

	path_of(ctid, path, sizeof(path));
	if (mkdir(DIR_OF, 0700) && errno != EEXIST)
		return;
	f = fopen(path, "we");
	if (!f)
		return;
	fprintf(f, "%d\n", getpid());
	fclose(f);
}

static bool is_of(const char *path, pid_t keeper)
{
	char line[32] = "";
	FILE *f = fopen(path, "re");
	uint64_t pid;

	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return parse_u64(line, INT32_MAX, &pid) && (pid_t)pid == keeper;
}

bool again_take(uint32_t ctid, pid_t keeper)
{
	char path[64];

	path_of(ctid, path, sizeof(path));
	return (!keeper || is_of(path, keeper)) && !unlink(path);
}

int again_each(int (*fn)(uint32_t ctid, void *arg), void *arg)
{
	DIR *d = opendir(DIR_OF);
	struct dirent *e;
	int ret = 0;

	while (d && !ret && (e = readdir(d))) {
		size_t len = strcspn(e->d_name, ".");
		char word[16];
		uint32_t ctid;

		if (len >= sizeof(word) || strcmp(e->d_name + len, SUFFIX))
			continue;
		memcpy(word, e->d_name, len);
		word[len] = '\0';
		if (parse_ctid(word, &ctid))
			ret = fn(ctid, arg);
	}
	if (d)
		closedir(d);
	return ret;
}
