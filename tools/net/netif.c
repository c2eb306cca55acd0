// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - NETIF, the Ethernet interfaces of a container
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "conf/check.h"
#include "net/netif.h"

const char *mac_text(const unsigned char mac[MAC_LEN], char buf[MAC_TEXT])
{
	snprintf(buf, MAC_TEXT, "%02X:%02X:%02X:%02X:%02X:%02X", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

void mac_new(unsigned char mac[MAC_LEN])
{
	memcpy(mac, "\x00\x18\x51\x00\x00\x00", MAC_LEN);
	if (getrandom(mac + 3, 3, 0) < 0)
		mac[3] = 0;
}

void netif_host_name(uint32_t ctid, const char *ifname, char name[IFNAMSIZ])
{
	const char *number = ifname + strcspn(ifname, "0123456789");

	snprintf(name, IFNAMSIZ, "veth%u.%.*s", ctid,
		 *number ? (int)strspn(number, "0123456789") : 1,
		 *number ? number : "0");
}

static bool take_name(const char *word, char name[IFNAMSIZ])
{
	char value[SETVAL_SIZE];

	return val_interface(word, value) &&
	       snprintf(name, IFNAMSIZ, "%s", value) < IFNAMSIZ;
}

static bool take_mac(const char *word, unsigned char mac[MAC_LEN])
{
	char value[SETVAL_SIZE];

	/* The first bit is that of a group's address. */
	return val_mac(word, value) &&
	       sscanf(value, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1],
		      &mac[2], &mac[3], &mac[4], &mac[5]) == MAC_LEN &&
	       !(mac[0] & 1);
}

struct given {
	bool mac, host_mac;
};

/* "KEY=VALUE"; keys that nobody knows are somebody else's. */
static bool take_part(struct netif *n, struct given *g, char *part)
{
	char *value = strchr(part, '=');

	if (!value)
		return false;
	*value++ = '\0';
	if (!strcmp(part, "ifname"))
		return take_name(value, n->ifname);
	if (!*value)
		return true;
	if (!strcmp(part, "host_ifname"))
		return take_name(value, n->host_ifname);
	if (!strcmp(part, "bridge"))
		return take_name(value, n->bridge);
	if (!strcmp(part, "mac"))
		return g->mac = take_mac(value, n->mac);
	if (!strcmp(part, "host_mac"))
		return g->host_mac = take_mac(value, n->host_mac);
	if (!strcmp(part, "mac_filter")) {
		n->filter = strcmp(value, "off");
		return !n->filter || !strcmp(value, "on");
	}
	return true;
}

static bool take(uint32_t ctid, const char *entry, size_t len, struct netif *n)
{
	char copy[512], *save = NULL, *part;
	struct given g = { false, false };
	bool good;

	*n = (struct netif){ .filter = true };
	good = snprintf(copy, sizeof(copy), "%.*s", (int)len, entry) <
	       (int)sizeof(copy);
	part = good ? strtok_r(copy, ",", &save) : NULL;
	for (; good && part; part = strtok_r(NULL, ",", &save))
		good = take_part(n, &g, part);
	if (!good || !*n->ifname)
		return false;
	if (!*n->host_ifname)
		netif_host_name(ctid, n->ifname, n->host_ifname);
	if (!g.mac)
		mac_new(n->mac);
	if (!g.host_mac)
		mac_new(n->host_mac);
	return true;
}

static int walk(uint32_t ctid, const char *list,
		int (*fn)(const struct netif *n, void *arg), void *arg,
		char *wrong)
{
	struct netif n;
	size_t len;
	int ret = 0;

	for (; list && *list && !ret; list += len + !!list[len]) {
		len = strcspn(list, ";");
		if (!len)
			continue;
		if (take(ctid, list, len, &n)) {
			ret = fn ? fn(&n, arg) : 0;
			continue;
		}
		if (wrong)
			snprintf(wrong, NETIF_WORD, "%.*s", (int)len, list);
		ret = -EINVAL;
	}
	return ret;
}

int netif_each(uint32_t ctid, const char *list,
	       int (*fn)(const struct netif *n, void *arg), void *arg,
	       char *wrong)
{
	int ret = walk(ctid, list, NULL, NULL, wrong);

	return ret ? ret : walk(ctid, list, fn, arg, wrong);
}

struct search {
	const char *ifname;
	struct netif *out;
};

static int compare(const struct netif *n, void *arg)
{
	struct search *s = arg;

	if (strcmp(n->ifname, s->ifname))
		return 0;
	*s->out = *n;
	return 1;
}

bool netif_find(uint32_t ctid, const char *list, const char *ifname,
		struct netif *out)
{
	struct search s = { ifname, out };

	return netif_each(ctid, list, compare, &s, NULL) == 1;
}
