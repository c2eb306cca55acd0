// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - where the configuration says that a container's trees are
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "confpath.h"
#include "globalconf.h"

static void expand(const char *p, uint32_t ctid, char *buf, unsigned int size)
{
	size_t n = 0;

	buf[0] = '\0';
	while (*p && n + 1 < size) {
		size_t skip = !strncmp(p, "$VEID", 5) ? 5 :
			      !strncmp(p, "${VEID}", 7) ? 7 : 0;

		if (skip) {
			n += snprintf(buf + n, size - n, "%u", ctid);
			p += skip;
		} else {
			buf[n++] = *p++;
			buf[n] = '\0';
		}
	}
}

void conf_private(const struct conf *c, uint32_t ctid, char *buf,
		  unsigned int size)
{
	const char *p = globalconf(c, "VE_PRIVATE");

	expand(*p ? p : PRIVATE_DIR "/$VEID", ctid, buf, size);
}

void conf_root(const struct conf *c, uint32_t ctid, char *buf,
	       unsigned int size)
{
	const char *p = globalconf(c, "VE_ROOT");

	expand(*p ? p : ROOT_DIR "/$VEID", ctid, buf, size);
}
