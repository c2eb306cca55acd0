// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - addresses as people write them
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net/ip.h"

#define V4_AT	12	/* of a mapped address */

bool ip_is_v4(const struct in6_addr *ip)
{
	return IN6_IS_ADDR_V4MAPPED(ip);
}

const void *ip_bytes(const struct in6_addr *ip, size_t *len)
{
	bool v4 = ip_is_v4(ip);

	*len = v4 ? sizeof(struct in_addr) : sizeof(*ip);
	return v4 ? &ip->s6_addr[V4_AT] : ip->s6_addr;
}

struct in6_addr ip_from(const void *bytes, size_t len)
{
	struct in6_addr ip = { .s6_addr = { [10] = 0xff, [11] = 0xff } };

	memcpy(len == sizeof(ip) ? ip.s6_addr : &ip.s6_addr[V4_AT], bytes, len);
	return ip;
}

bool ip_parse(const char *word, struct in6_addr *ip)
{
	size_t len = strcspn(word, "/");
	char text[IP_TEXT];
	struct in_addr v4;

	if (len >= sizeof(text))
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1) {
		*ip = ip_from(&v4, sizeof(v4));
		return true;
	}
	return inet_pton(AF_INET6, text, ip) == 1;
}

const char *ip_text(const struct in6_addr *ip, char buf[IP_TEXT])
{
	size_t len;
	const void *bytes = ip_bytes(ip, &len);

	return inet_ntop(len == sizeof(*ip) ? AF_INET6 : AF_INET, bytes, buf,
			 IP_TEXT);
}

static bool next(const char **list, char word[IP_WORD])
{
	size_t len;

	if (!*list)
		return false;
	*list += strspn(*list, " \t");
	len = strcspn(*list, " \t");
	/* One that does not fit is no address, nor is what is kept of it. */
	snprintf(word, IP_WORD, "%.*s", (int)len, *list);
	*list += len;
	return len;
}

bool ip_wrong(const char *list, char word[IP_WORD])
{
	struct in6_addr ip;

	while (next(&list, word))
		if (strlen(word) == IP_WORD - 1 || !ip_parse(word, &ip))
			return true;
	return false;
}

int ip_each(const char *list,
	    int (*fn)(const struct in6_addr *ip, void *arg), void *arg)
{
	char word[IP_WORD];
	struct in6_addr ip;
	int ret = 0;

	while (!ret && next(&list, word))
		ret = ip_parse(word, &ip) ? fn(&ip, arg) : -EINVAL;
	return ret;
}
