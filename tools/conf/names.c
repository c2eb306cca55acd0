// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - names of containers: /etc/vz/names/NAME -> /etc/vz/conf/CTID.conf
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/names.h"
#include "lib/parse.h"
#include "lib/report.h"

bool names_valid(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= NAME_SIZE || *name == '-' || *name == '.' ||
	    name[len - 1] == ' ' || *name == ' ')
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr(" -+_.", *name))
			return false;
	return true;
}

/* Where the link @name in the directory @dir points: .../CTID.conf. */
static bool target(int dir, const char *name, uint32_t *ctid)
{
	char link[PATH_MAX], *word, *dot;
	ssize_t len = readlinkat(dir, name, link, sizeof(link) - 1);

	if (len < 0)
		return false;
	link[len] = '\0';
	word = strrchr(link, '/');
	word = word ? word + 1 : link;
	dot = strstr(word, ".conf");
	if (!dot || dot[5])
		return false;
	*dot = '\0';
	return parse_ctid(word, ctid);
}

bool names_find(const char *name, uint32_t *ctid)
{
	char path[sizeof(NAMES_DIR) + NAME_SIZE + 1], conf[64];

	if (!names_valid(name))
		return false;
	snprintf(path, sizeof(path), NAMES_DIR "/%s", name);
	if (!target(AT_FDCWD, path, ctid))
		return false;
	conf_path(*ctid, conf, sizeof(conf));
	return !access(conf, F_OK);
}

void names_shadowed(const char *name, uint32_t ctid, struct report *report)
{
	uint32_t number;

	if (parse_ctid(name, &number) && number != ctid)
		report_note(report, "warning: where a container is asked for, %s is CT %u and not the name of CT %u",
			    name, number, ctid);
}

bool names_ctid(const char *word, uint32_t *ctid)
{
	return parse_ctid(word, ctid) || names_find(word, ctid);
}

static int make_link(uint32_t ctid, const char *name)
{
	char conf[64], tmp[32];
	int dir, ret = 0;

	if (mkdir(NAMES_DIR, 0755) && errno != EEXIST)
		return -errno;
	dir = open(NAMES_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	conf_path(ctid, conf, sizeof(conf));
	/* A link that names nothing makes way, without a moment of no name. */
	snprintf(tmp, sizeof(tmp), ".%d", getpid());
	unlinkat(dir, tmp, 0);
	if (symlinkat(conf, dir, tmp) || renameat(dir, tmp, dir, name) ||
	    fsync(dir))
		ret = -errno;
	unlinkat(dir, tmp, 0);
	close(dir);
	return ret;
}

int names_set(uint32_t ctid, const char *name, const char *old, uint32_t *taken)
{
	char path[sizeof(NAMES_DIR) + NAME_SIZE + 1];
	uint32_t whose;
	int ret = 0;

	if (*name && !names_valid(name))
		return -EINVAL;
	if (*name && names_find(name, taken) && *taken != ctid)
		return -EEXIST;
	if (*name)
		ret = make_link(ctid, name);
	if (ret || !old || !strcmp(old, name) || !names_find(old, &whose) ||
	    whose != ctid)
		return ret;
	snprintf(path, sizeof(path), NAMES_DIR "/%s", old);
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

void names_forget(uint32_t ctid)
{
	DIR *d = opendir(NAMES_DIR);
	struct dirent *e;
	uint32_t whose;

	while (d && (e = readdir(d)))
		if (target(dirfd(d), e->d_name, &whose) && whose == ctid)
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
}
