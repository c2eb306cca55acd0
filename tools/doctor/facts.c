// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - facts that lie in files of /proc and /sys
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "doctor/facts.h"

int fact_line(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "re");
	int ret = 0;

	*buf = '\0';
	if (!f)
		return -errno;
	errno = 0;
	if (!fgets(buf, size, f))
		ret = errno ? -errno : -ENODATA;
	buf[strcspn(buf, "\n")] = '\0';
	fclose(f);
	return ret;
}

int fact_number(const char *path, uint64_t *n)
{
	char line[64];
	int ret = fact_line(path, line, sizeof(line));

	if (!ret && sscanf(line, "%" SCNu64, n) != 1)
		ret = -EINVAL;
	return ret;
}

bool fact_word(const char *line, const char *word)
{
	const size_t len = strlen(word);
	const char *p = line;

	while ((p = strstr(p, word))) {
		if ((p == line || p[-1] == ' ') && (!p[len] || p[len] == ' '))
			return true;
		p += len;
	}
	return false;
}

const char *fact_release(void)
{
	static char release[128];
	struct utsname un;

	if (!*release && fact_line("/proc/sys/kernel/osrelease", release, sizeof(release)) &&
	    !uname(&un))
		snprintf(release, sizeof(release), "%s", un.release);
	return release;
}
