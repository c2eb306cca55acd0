// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - OS templates: from a name to a file
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/globalconf.h"
#include "lib/dirs.h"
#include "template/template_find.h"
#include "tree/area.h"

/* In the order in which they are looked for; "": a directory, or a file as named. */
static const char *const suffixes[] = {
	"", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst",
};

#define NSUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

static int fits(int n, size_t size)
{
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int template_cache(char *path, size_t size, bool make)
{
	const char *dir = globalconf(NULL, "TEMPLATE");
	int ret;

	if (!dir || *dir != '/')
		dir = TEMPLATE_DIR;
	ret = fits(snprintf(path, size, "%s/cache", dir), size);
	return !ret && make ? dirs_make(path, 0755) : ret;
}

int template_trust(const char *cache, struct report *report)
{
	struct place p = PLACE_NONE;
	struct stat st;
	int ret = area_open_roots(&p, cache);

	if (!ret && !*p.rest && !fstat(p.fd, &st) && !place_roots_own(&st))
		ret = refuse(&p, EPERM, "others than root may write to %s (owner %u, mode %04o); `chown root:root %s; chmod go-w %s`",
			     p.path, st.st_uid, st.st_mode & 07777,
			     p.path, p.path);
	place_close(&p);
	if (ret)
		report_note(report, "templates of %s are not used: %s", cache,
			    p.sentence);
	return ret;
}

const char *template_suffix(const char *file)
{
	size_t len = strlen(file);

	for (size_t i = 1; i < NSUFFIXES; i++) {
		size_t n = strlen(suffixes[i]);

		if (len > n && !strcmp(file + len - n, suffixes[i]))
			return file + len - n;
	}
	return NULL;
}

/* Whether @path is a template; of a path that no template may have, a note tells. */
static int look(const char *path, struct report *report)
{
	struct place p = PLACE_NONE;
	struct stat st;
	int ret = area_open_source(&p, path);

	if (ret == -EPERM)
		report_note(report, "the template %s is not used: %s", path,
			    p.sentence);
	else if (!ret && (fstat(p.fd, &st) || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))))
		ret = -ENOENT;
	place_close(&p);
	return ret;
}

int template_find(const char *name, char *path, size_t size,
		  struct report *report)
{
	char cache[256];
	int ret;

	if (!*name)
		return -EINVAL;
	if (strchr(name, '/')) {
		ret = fits(snprintf(path, size, "%s", name), size);
		if (ret)
			return ret;
		return look(path, report);
	}
	/* What begins with a dot is half made. */
	if (*name == '.')
		return -EINVAL;
	ret = template_cache(cache, sizeof(cache), false);
	if (!ret)
		ret = template_trust(cache, report);
	for (size_t i = 0; !ret && i < NSUFFIXES; i++) {
		ret = fits(snprintf(path, size, "%s/%s%s", cache, name, suffixes[i]), size);
		if (ret)
			return ret;
		ret = look(path, report);
		if (!ret || ret == -EPERM)
			return ret;
		ret = 0;
	}
	return ret ?: -ENOENT;
}
