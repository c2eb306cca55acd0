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
