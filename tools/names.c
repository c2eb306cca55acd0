// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - names of containers
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "names.h"

void names_forget(uint32_t ctid, const struct conf *c)
{
	const char *name = conf_get(c, "NAME");
	char path[PATH_MAX], to[PATH_MAX], conf[64];
	ssize_t len;

	if (!name || !*name || strchr(name, '/') || *name == '.')
		return;
	snprintf(path, sizeof(path), NAMES_DIR "/%s", name);
	len = readlink(path, to, sizeof(to) - 1);
	if (len < 0)
		return;
	to[len] = '\0';
	conf_path(ctid, conf, sizeof(conf));
	if (!strcmp(to, conf))
		unlink(path);
}
