// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - /etc/vz/vz.conf: the host's settings, and defaults for containers
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf/globalconf.h"

static const struct {
	const char *key, *value;
} defaults[] = {
	{ "LOCKDIR", "/vz/lock" },
	{ "DUMPDIR", "/vz/dump" },
	{ "TEMPLATE", "/vz/template" },
	{ "VE_ROOT", ROOT_DIR "/$VEID" },
	{ "VE_PRIVATE", PRIVATE_DIR "/$VEID" },
	{ "LOGGING", "yes" },
	{ "LOGFILE", "/var/log/vzctl.log" },
	{ "VE_LAYOUT", "simfs" },
	{ "STOP_TIMEOUT", "120" },
};

void (*globalconf_unread)(int err);

const struct conf *globalconf_file(void)
{
	static struct conf *c;
	static bool tried;

	if (tried)
		return c;
	tried = true;
	c = conf_load_path(GLOBAL_CONF);
	if (!c && errno != ENOENT && globalconf_unread)
		globalconf_unread(errno);
	return c;
}

const char *globalconf(const struct conf *c, const char *key)
{
	const char *value = c ? conf_get(c, key) : NULL;

	if (!value && globalconf_file())
		value = conf_get(globalconf_file(), key);
	for (size_t i = 0;
	     !value && i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (!strcmp(defaults[i].key, key))
			value = defaults[i].value;
	return value;
}

bool globalconf_yes(const struct conf *c, const char *key, bool def)
{
	const char *value = globalconf(c, key);

	if (value && !strcasecmp(value, "yes"))
		return true;
	return value && !strcasecmp(value, "no") ? false : def;
}

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

	expand(p && *p ? p : PRIVATE_DIR "/$VEID", ctid, buf, size);
}

void conf_root(const struct conf *c, uint32_t ctid, char *buf,
	       unsigned int size)
{
	const char *p = globalconf(c, "VE_ROOT");

	expand(p && *p ? p : ROOT_DIR "/$VEID", ctid, buf, size);
}
