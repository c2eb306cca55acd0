// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - options of vzctl set: from a checked value to the configuration
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/ubcname.h"
#include "lib/msg.h"
#include "net/ip.h"
#include "vzctl/setopt.h"

void setplan_cut(const struct setopt *o, const char *word, const char *value)
{
	msg_note("warning: --%s %s is too large, it is taken as %s", o->name,
		 word, value);
}

int put_nothing(struct setplan *p, const struct setopt *o, const char *value)
{
	(void)p;
	(void)o;
	(void)value;
	return 0;
}

int put_key(struct setplan *p, const struct setopt *o, const char *value)
{
	return setplan_change(p, o->key, value);
}

/* Two keys say the same, so that what was set last counts. */
int put_weight(struct setplan *p, const struct setopt *o, const char *value)
{
	const char *other = strcmp(o->key, "CPUUNITS") ? "CPUUNITS" : "CPUWEIGHT";
	int ret = conf_get(p->next, other) ? setplan_change(p, other, NULL) : 0;

	return ret ? ret : put_key(p, o, value);
}

/* A configuration keeps the path itself: not every reader knows $VEID. */
int put_path(struct setplan *p, const struct setopt *o, const char *value)
{
	char path[SETVAL_SIZE];
	size_t n = 0;

	while (*value && n + 16 < sizeof(path)) {
		size_t skip = !strncmp(value, "$VEID", 5) ? 5 :
			      !strncmp(value, "${VEID}", 7) ? 7 : 0;

		if (skip)
			n += snprintf(path + n, sizeof(path) - n, "%u", p->ctid);
		else
			path[n++] = *value++;
		value += skip;
	}
	path[n] = '\0';
	return *value ? -EINVAL : put_key(p, o, path);
}

/* A barrier above the limit is kept, as OpenVZ does. */
static int put_limit(struct setplan *p, const struct setopt *o,
		     const char *value, enum reading r, uint64_t bar,
		     uint64_t lim)
{
	char text[48];

	ubc_format(bar, lim, text, sizeof(text));
	if (r == READ_CUT)
		setplan_cut(o, value, text);
	if (bar > lim)
		msg_note("warning: --%s %s: the barrier is above the limit, which holds for both",
			 o->name, value);
	return setplan_change(p, o->key, text);
}

int put_ubc(struct setplan *p, const struct setopt *o, const char *value)
{
	uint32_t id = ubc_id(o->name);
	enum reading r;
	uint64_t bar, lim;

	r = parse_barlim(value, ubc_unit(id), &bar, &lim);
	if (!r)
		return -EINVAL;
	return put_limit(p, o, value, r, bar, lim);
}

/* --ram and --swap: bytes, of which a limit in pages is made. */
int put_size(struct setplan *p, const struct setopt *o, const char *value)
{
	const uint64_t page = sysconf(_SC_PAGESIZE);
	uint64_t bytes, pages;
	enum reading r;

	r = parse_amount(value, VZCTX_UNIT_BYTES, &bytes);
	if (!r)
		return -EINVAL;
	pages = bytes == VZCTX_UNLIMITED ? bytes :
		bytes / page + !!(bytes % page);
	return put_limit(p, o, value, r, 0, pages);
}

int put_name(struct setplan *p, const struct setopt *o, const char *value)
{
	return setplan_change(p, o->key, *value ? value : NULL);
}

/* How far two words of a list have to agree to be about the same thing. */
static size_t subject(const char *key, const char *item, size_t len)
{
	const char *colon = strcmp(key, "PCI") ? memrchr(item, ':', len) : NULL;

	return colon ? (size_t)(colon - item) : len;
}

/*
 * Puts one word into a list, instead of the word that is about the same thing;
 * or takes that one out.
 */
static int merge(struct setplan *p, const char *key, const char *item,
		 bool remove)
{
	const char *old = conf_get(p->next, key);
	size_t own = subject(key, item, strlen(item)), len, n = 0;
	char fresh[SETVAL_SIZE] = "";
	bool placed = remove;

	for (; old && *old; old += len + !!old[len]) {
		bool same;

		len = strcspn(old, " ");
		same = len && subject(key, old, len) == own && !memcmp(old, item, own);
		if (!len || (same && placed))
			continue;
		if (n + len + 2 > sizeof(fresh))
			return -E2BIG;
		n += snprintf(fresh + n, sizeof(fresh) - n, "%s%.*s",
			      n ? " " : "",
			      same ? (int)strlen(item) : (int)len,
			      same ? item : old);
		placed |= same;
	}
	if (!placed && snprintf(fresh + n, sizeof(fresh) - n, "%s%s",
				n ? " " : "", item) >= (int)(sizeof(fresh) - n))
		return -E2BIG;
	return setplan_change(p, key, fresh);
}

/* Every word of @value by itself. */
static int merge_all(struct setplan *p, const struct setopt *o,
		     const char *value, bool remove)
{
	char *copy = strdup(value), *save = NULL, *item;
	int ret = copy ? 0 : -ENOMEM;

	item = copy ? strtok_r(copy, " ", &save) : NULL;
	for (; !ret && item; item = strtok_r(NULL, " ", &save)) {
		size_t len = strlen(item);
		/* A device that is forbidden again is not kept as such. */
		bool none = len > 5 && !strcmp(item + len - 5, ":none");

		ret = merge(p, o->key, item, remove || none);
	}
	free(copy);
	return ret;
}

int put_add(struct setplan *p, const struct setopt *o, const char *value)
{
	return merge_all(p, o, value, false);
}

int put_remove(struct setplan *p, const struct setopt *o, const char *value)
{
	return merge_all(p, o, value, true);
}

/* Whether it is the first of its option's values. */
static bool is_first(const struct setplan *p, const struct setopt *o,
		     const char *value)
{
	size_t i = 0;

	while (i < p->n && p->v[i].opt != o)
		i++;
	return i == p->n || p->v[i].value == value;
}

/* The first of each kind replaces what there was, the others are added. */
int put_dns(struct setplan *p, const struct setopt *o, const char *value)
{
	const char *old = is_first(p, o, value) ? NULL :
			  conf_get(p->next, o->key);
	char list[SETVAL_SIZE];

	if (snprintf(list, sizeof(list), "%s%s%s", old ? old : "",
		     old && *old ? " " : "", value) >= (int)sizeof(list))
		return -E2BIG;
	return setplan_change(p, o->key, list);
}

static int append(char list[SETVAL_SIZE], const char *word)
{
	size_t n = strlen(list), room = SETVAL_SIZE - n;

	return snprintf(list + n, room, "%s%s", n ? " " : "", word) >=
	       (int)room ? -E2BIG : 0;
}

/* As everybody writes it, with the mask that was given. */
static int append_address(char list[SETVAL_SIZE], const struct in6_addr *ip,
			  const char *given)
{
	const char *mask = strchr(given, '/');
	char word[SETVAL_SIZE], text[IP_TEXT];

	/* One for IPv6 means nothing for the IPv4 address that was mapped. */
	if (!mask || (ip_is_v4(ip) && strchr(given, ':')))
		mask = "";
	snprintf(word, sizeof(word), "%s%s", ip_text(ip, text), mask);
	return append(list, word);
}

/* They are the same if their bytes are, however they are spelled. */
static int change_address(struct setplan *p, const struct setopt *o,
			  const char *value, bool remove)
{
	const char *old = conf_get(p->next, o->key);
	char word[SETVAL_SIZE], fresh[SETVAL_SIZE] = "";
	struct in6_addr ip, other;
	bool there = false;
	size_t len;
	int ret = ip_parse(value, &ip) ? 0 : -EINVAL;

	for (; !ret && old && *old; old += len) {
		bool same;

		old += strspn(old, " \t");
		len = strcspn(old, " \t");
		snprintf(word, sizeof(word), "%.*s", (int)len, old);
		same = ip_parse(word, &other) && !memcmp(&ip, &other, sizeof(ip));
		if (len && !(same && (remove || there)))
			ret = append(fresh, word);
		there |= same;
	}
	if (!ret && !remove && !there)
		ret = append_address(fresh, &ip, value);
	return ret ? ret : setplan_change(p, o->key, fresh);
}

int put_address(struct setplan *p, const struct setopt *o, const char *value)
{
	return change_address(p, o, value, false);
}

int put_no_address(struct setplan *p, const struct setopt *o, const char *value)
{
	if (strcmp(value, "all"))
		return change_address(p, o, value, true);
	return put_key(p, o, "");
}

int put_no_publish(struct setplan *p, const struct setopt *o, const char *value)
{
	return strcmp(value, "all") ? put_remove(p, o, value) : put_key(p, o, "");
}
