/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - addresses as people write them
 *
 * An address is an IPv6 address, or an IPv4 address mapped to one.
 */
#ifndef _VZCTX_NET_IP_H
#define _VZCTX_NET_IP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/** Room for an address as text. */
#define IP_TEXT	INET6_ADDRSTRLEN

/** Room for an address with its mask. */
#define IP_WORD	(IP_TEXT + 20)

bool ip_is_v4(const struct in6_addr *ip);

/** The address itself: where its bytes are, and how many, 4 or 16. */
const void *ip_bytes(const struct in6_addr *ip, size_t *len);

/** As ip_bytes() has it. */
struct in6_addr ip_from(const void *bytes, size_t len);

/** ADDRESS or ADDRESS/MASK, whose mask means nothing. */
bool ip_parse(const char *word, struct in6_addr *ip);

/** Return: @buf. */
const char *ip_text(const struct in6_addr *ip, char buf[IP_TEXT]);

/**
 * ip_wrong - looks for a word that is no address in a list with blanks between
 * @list: NULL for none
 * @word: it, or its beginning
 */
bool ip_wrong(const char *list, char word[IP_WORD]);

/**
 * ip_each - calls @fn for each address of a list with blanks between
 * @list: NULL for none
 *
 * Until it returns nonzero, which is then returned. -EINVAL: up to a word that is no
 * address.
 */
int ip_each(const char *list,
	    int (*fn)(const struct in6_addr *ip, void *arg), void *arg);

#endif /* _VZCTX_NET_IP_H */
