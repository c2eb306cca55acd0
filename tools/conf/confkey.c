// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the keys of configurations, and how the value of each is read
 */
#include <stdio.h>
#include <string.h>

#include "conf/check_list.h"
#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "conf/ubcname.h"

/* All but the limits of resources; a check of NULL takes any text. */
static const struct {
	const char *key;
	setval_check *check;
} keys[] = {
	{ "AVNUMPROC", val_items },
	{ "BOOTORDER", val_number },
	{ "CAPABILITY", val_capability },
	{ "CONFIGFILE", val_text },
	{ "CPULIMIT", val_cpulimit },
	{ "CPUMASK", val_cpumask },
	{ "CPUS", val_cpus },
	{ "CPUUNITS", val_cpuunits },
	{ "CPUWEIGHT", val_cpuweight },
	{ DEFLIMIT_KEY, val_text },
	{ "DEF_OSTEMPLATE", val_text },
	{ "DESCRIPTION", val_text },
	{ "DEVICES", val_devices },
	{ "DEVNODES", val_devnodes },
	{ "DISABLED", val_yesno },
	{ "DISKINODES", val_diskinodes },
	{ "DISKSPACE", val_diskspace },
	{ "DISK_QUOTA", val_yesno },
	{ "DUMPDIR", val_path },
	{ "FEATURES", val_features },
	{ "HOSTNAME", val_hostname },
	{ "IOLIMIT", val_iolimit_file },
	{ "IOPRIO", val_ioprio },
	{ "IOPSLIMIT", val_number },
	{ "IPTABLES", val_words },
	{ "IPV6", val_yesno },
	{ "IP_ADDRESS", val_addresses },
	{ "LOCAL_GID", val_number },
	{ "LOCAL_UID", val_number },
	{ "LOCKDIR", val_path },
	{ "LOGFILE", val_path },
	{ "LOGGING", val_yesno },
	{ "MASQUERADE", val_yesno },
	{ "MEMINFO", val_meminfo },
	{ "MOUNT_OPTS", val_text },
	{ "NAME", val_name },
	{ "NAMESERVER", val_servers },
	{ "NETDEV", val_interfaces },
	{ "NETFILTER", val_netfilter },
	{ "NETIF", NULL },
	{ "NODEMASK", val_nodemask },
	{ "ONBOOT", val_yesno },
	{ "ON_LIMIT", val_text },
	{ "ORIGIN_SAMPLE", val_text },
	{ "OSTEMPLATE", val_text },
	{ "PCI", val_pci },
	{ "PUBLISH", val_published },
	{ "QUOTATIME", val_number },
	{ "QUOTAUGIDLIMIT", val_number },
	{ "RATE", val_rate },
	{ "RATEBOUND", val_yesno },
	{ "SEARCHDOMAIN", val_domains },
	{ "STOP_TIMEOUT", val_number },
	{ "TEMPLATE", val_path },
	{ "VE_LAYOUT", val_text },
	{ "VE_PARALLEL", val_number },
	{ "VE_PRIVATE", val_path },
	{ "VE_ROOT", val_path },
	{ "VM_OVERCOMMIT", val_factor },
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

#define NKEYS	(sizeof(keys) / sizeof(keys[0]))

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

bool confkey_known(const char *key)
{
	for (size_t i = 0; i < NKEYS; i++)
		if (!strcmp(keys[i].key, key))
			return true;
	return ubc_of(key);
}

bool confkey_is_limit(const char *key)
{
	return ubc_of(key);
}

setval_check *confkey_check(const char *key)
{
	for (size_t i = 0; i < NKEYS; i++)
		if (!strcmp(keys[i].key, key))
			return keys[i].check;
	return NULL;
}

enum reading confkey_read(const char *key, const char *value, char *out)
{
	const struct ubcname *u = ubc_of(key);
	setval_check *check = u ? NULL : confkey_check(key);
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

/* NULL: there is none, or it cannot be read, of which conf_warn() tells. */
static const char *understood(const char *key, const char *value)
{
	char out[SETVAL_SIZE];

	return value && confkey_read(key, value, out) ? value : NULL;
}

void conf_hostname(const struct conf *c, uint32_t ctid, char *buf,
		   unsigned int size)
{
	const char *name = understood("HOSTNAME", conf_get(c, "HOSTNAME"));

	if (name && *name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "ct%u", ctid);
}

bool conf_feature(const struct conf *c, const char *name)
{
	const char *list = understood("FEATURES", conf_get(c, "FEATURES"));
	size_t len = strlen(name);
	bool on = false;

	for (; list && *list; list += strspn(list, " ,")) {
		size_t n = strcspn(list, " ,");

		if (n > len && !strncmp(list, name, len) && list[len] == ':')
			on = n == len + 3 && !strncmp(list + len, ":on", 3);
		list += n;
	}
	return on;
}

uint32_t conf_rate(const struct conf *c)
{
	const char *value = understood("RATE", globalconf(c, "RATE"));
	const char *last = value ? strrchr(value, ':') : NULL;
	uint64_t kbit;

	if (!value || !globalconf_yes(c, "RATEBOUND", false) ||
	    !parse_u64(last ? last + 1 : value, UINT32_MAX, &kbit))
		return 0;
	return kbit;
}

bool conf_no_filter(const struct conf *c)
{
	const char *value = globalconf(c, "NETFILTER");

	return value && !strcmp(value, "disabled");
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
	const char *p = understood("VE_PRIVATE", globalconf(c, "VE_PRIVATE"));

	expand(p && *p ? p : PRIVATE_DIR "/$VEID", ctid, buf, size);
}

void conf_root(const struct conf *c, uint32_t ctid, char *buf,
	       unsigned int size)
{
	const char *p = understood("VE_ROOT", globalconf(c, "VE_ROOT"));

	expand(p && *p ? p : ROOT_DIR "/$VEID", ctid, buf, size);
}
