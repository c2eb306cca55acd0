// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - options of vzctl set: NETIF, the interfaces of a container
 *
 * NETIF="ifname=eth0,mac=...,host_ifname=...,host_mac=...,bridge=...;ifname=..."
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/msg.h"
#include "net/netif.h"
#include "vzctl/setopt.h"
#include "vzctl/vzctl.h"

/* The length of the entry at @p, which is about @ifname or not. */
static size_t entry(const char *p, const char *ifname, bool *about)
{
	size_t len = strcspn(p, ";"), n = strlen(ifname);

	*about = !strncmp(p, "ifname=", 7) && !strncmp(p + 7, ifname, n) &&
		 (p[7 + n] == ',' || p[7 + n] == ';' || !p[7 + n]);
	return len;
}

/*
 * Copies NETIF with @fresh in place of the entry of @ifname, or behind the last
 * one; NULL: without it. Return: 0, -ENOENT if there was none to leave out, or
 * another errno.
 */
static int replace(struct setplan *p, const char *ifname, const char *fresh)
{
	const char *old = conf_get(p->next, "NETIF");
	char list[SETVAL_SIZE] = "";
	bool found = false, about;
	size_t n = 0, len;

	for (; old && *old; old += len + !!old[len]) {
		const char *use = old;
		int size;

		len = entry(old, ifname, &about);
		size = len;
		found |= about;
		if (!len || (about && !fresh))
			continue;
		if (about) {
			use = fresh;
			size = strlen(fresh);
		}
		if (n + size + 2 > sizeof(list))
			return -E2BIG;
		n += snprintf(list + n, sizeof(list) - n, "%s%.*s",
			      n ? ";" : "", size, use);
	}
	if (!found && !fresh)
		return -ENOENT;
	if (!found && snprintf(list + n, sizeof(list) - n, "%s%s", n ? ";" : "",
			       fresh) >= (int)(sizeof(list) - n))
		return -E2BIG;
	return setplan_change(p, "NETIF", list);
}

static void new_mac(char *buf)
{
	unsigned char mac[MAC_LEN];

	mac_new(mac);
	mac_text(mac, buf);
}

int put_netif(struct setplan *p, const struct setopt *o, const char *value)
{
	static setval_check *const checks[] = {
		val_interface, val_mac, val_interface, val_mac, val_interface,
	};
	char part[5][SETVAL_SIZE] = { "" }, fresh[512], word[64];
	size_t len;

	for (int i = 0; i < 5; i++) {
		len = strcspn(value, ",");
		if (len >= sizeof(word))
			return -EINVAL;
		memcpy(word, value, len);
		word[len] = '\0';
		if ((len || !i) && !checks[i](word, part[i]))
			return -EINVAL;
		value += len;
		if (!*value)
			break;
		value++;
	}
	if (*value)
		return -EINVAL;
	(void)o;
	if (!*part[1])
		new_mac(part[1]);
	if (!*part[2])
		netif_host_name(p->ctid, part[0], part[2]);
	if (!*part[3])
		new_mac(part[3]);
	if (snprintf(fresh, sizeof(fresh),
		     "ifname=%s,mac=%s,host_ifname=%s,host_mac=%s%s%s", part[0],
		     part[1], part[2], part[3], *part[4] ? ",bridge=" : "",
		     part[4]) >= (int)sizeof(fresh))
		return -EINVAL;
	return replace(p, part[0], fresh);
}

int put_no_netif(struct setplan *p, const struct setopt *o, const char *value)
{
	int ret;

	if (!strcmp(value, "all"))
		return put_key(p, o, "");
	ret = replace(p, value, NULL);
	if (ret != -ENOENT)
		return ret;
	msg_note("CT %u has no interface %s", p->ctid, value);
	return VZ_VETH;
}

int put_ifname(struct setplan *p, const struct setopt *o, const char *value)
{
	(void)o;
	p->ifname = value;
	return 0;
}

int put_netif_part(struct setplan *p, const struct setopt *o, const char *value)
{
	const char *all = conf_get(p->next, "NETIF");
	char fresh[512] = "";
	size_t len = 0, n = 0;
	bool about = false, placed = false;

	if (!p->ifname) {
		msg_note("Error: --%s needs --ifname before it", o->name);
		return VZ_BAD_OPTION;
	}
	for (; all && *all && !about; all += about ? 0 : len + !!all[len])
		len = entry(all, p->ifname, &about);
	if (!about || !all) {
		msg_note("CT %u has no interface %s; make it with --netif_add",
			 p->ctid, p->ifname);
		return VZ_VETH;
	}
	for (size_t at = 0, part; at < len; at += part + 1) {
		bool same;

		part = strcspn(all + at, ",;");
		same = !strncmp(all + at, o->key, strlen(o->key)) &&
		       all[at + strlen(o->key)] == '=';
		if (n + part + sizeof(fresh) / 2 > sizeof(fresh))
			return -E2BIG;
		if (same)
			n += snprintf(fresh + n, sizeof(fresh) - n, "%s%s=%s",
				      n ? "," : "", o->key, value);
		else
			n += snprintf(fresh + n, sizeof(fresh) - n, "%s%.*s",
				      n ? "," : "", (int)part, all + at);
		placed |= same;
	}
	if (!placed)
		snprintf(fresh + n, sizeof(fresh) - n, ",%s=%s", o->key, value);
	return replace(p, p->ifname, fresh);
}
