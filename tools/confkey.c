// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the keys of configurations, and how the value of each is read
 */
#include <stdio.h>
#include <string.h>

#include "confkey.h"
#include "deflimit.h"
#include "globalconf.h"
#include "life.h"
#include "setopt.h"
#include "ubcname.h"

/* Keys that no option sets. */
static const struct {
	const char *key;
	setval_check *check;
} others[] = {
	{ "CONFIGFILE", val_text },
	{ DEFLIMIT_KEY, val_text },
	{ "DEF_OSTEMPLATE", val_text },
	{ "DUMPDIR", val_path },
	{ "IPV6", val_yesno },
	{ "LOCKDIR", val_path },
	{ "LOGFILE", val_path },
	{ "LOGGING", val_yesno },
	{ "ON_LIMIT", val_text },
	{ "ORIGIN_SAMPLE", val_text },
	{ "TEMPLATE", val_path },
	{ "VE_LAYOUT", val_text },
	{ "VE_PARALLEL", val_number },
	{ LIFE_KEY, val_text },
	/* OpenVZ's, of no meaning here. */
	{ "CONFIG_CUSTOMIZED", val_text },
	{ "ERROR_ON_ARPFAIL", val_text },
	{ "FORCE_ROUTE", val_text },
	{ "IP6TABLES", val_text },
	{ "IPTABLES_MODULES", val_text },
	{ "LOG_LEVEL", val_text },
	{ "MODULES_DISABLED", val_text },
	{ "NEIGHBOUR_DEVS", val_text },
	{ "SKIP_ARPDETECT", val_text },
	{ "SKIP_SYSCTL_SETUP", val_text },
	{ "VE0CPUUNITS", val_text },
	{ "VEID", val_text },
	{ "VERBOSE", val_text },
	{ "VE_ROUTE_SRC_DEV", val_text },
	{ "VE_STOP_MODE", val_text },
	{ "VIRTUOZZO", val_text },
	{ "VZFASTBOOT", val_text },
	{ "VZWDOG", val_text },
};

#define NOTHERS	(sizeof(others) / sizeof(others[0]))

static const struct ubcname *ubc_of(const char *key)
{
	char name[UBC_KEY_SIZE];

	for (const struct ubcname *u = ubcnames; u->name; u++) {
		ubc_key(u->name, name);
		if (!strcmp(name, key))
			return u;
	}
	return NULL;
}

/* The keys of a part of an interface are none of a file. */
static const struct setopt *option_of(const char *key)
{
	for (const struct setopt *o = setopts; o->name; o++)
		if (o->key && o->put != put_netif_part && !strcmp(o->key, key))
			return o;
	return NULL;
}

bool confkey_known(const char *key)
{
	for (size_t i = 0; i < NOTHERS; i++)
		if (!strcmp(others[i].key, key))
			return true;
	return ubc_of(key) || option_of(key);
}

bool confkey_is_limit(const char *key)
{
	return ubc_of(key);
}

static setval_check *check_of(const char *key)
{
	const struct setopt *o = option_of(key);

	for (size_t i = 0; i < NOTHERS; i++)
		if (!strcmp(others[i].key, key))
			return others[i].check;
	return o && o->file ? o->file : o ? o->check : NULL;
}

enum reading confkey_read(const char *key, const char *value, char *out)
{
	const struct ubcname *u = ubc_of(key);
	setval_check *check = u ? NULL : check_of(key);
	enum reading r = READ_OK;
	uint64_t bar, lim;

	if (u) {
		r = parse_barlim(value, u->unit, &bar, &lim);
		if (r)
			ubc_format(bar, lim, out, SETVAL_SIZE);
		return r;
	}
	/* A file holds any text; and nothing is what an emptied list leaves. */
	if (check && check != val_text && *value)
		return check(value, out);
	snprintf(out, SETVAL_SIZE, "%s", value);
	return r;
}

static bool number(const char *key, const char *word, uint64_t *out)
{
	char value[SETVAL_SIZE];

	return word && confkey_read(key, word, value) &&
	       parse_u64(value, INT64_MAX, out);
}

bool confkey_own_number(const struct conf *c, const char *key, uint64_t *out)
{
	return number(key, conf_get(c, key), out);
}

bool confkey_number(const struct conf *c, const char *key, uint64_t *out)
{
	return number(key, globalconf(c, key), out) ||
	       (c && number(key, globalconf(NULL, key), out));
}
