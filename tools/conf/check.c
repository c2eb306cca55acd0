// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the values of OpenVZ's options look like: plain ones
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/check.h"
#include "conf/conf.h"
#include "conf/confkey.h"
#include "conf/names.h"

/* What is put together with && and || is READ_OK or READ_NOT. */
static bool copy(const char *word, char *out)
{
	return snprintf(out, SETVAL_SIZE, "%s", word) < SETVAL_SIZE;
}

enum reading val_text(const char *word, char *out)
{
	for (const char *p = word; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f ||
		    strchr("\"$`\\", *p))
			return READ_NOT;
	return copy(word, out);
}

enum reading val_path(const char *word, char *out)
{
	return *word == '/' && copy(word, out);
}

enum reading val_yesno(const char *word, char *out)
{
	return !strcasecmp(word, "yes") ? copy("yes", out) :
	       !strcasecmp(word, "no") && copy("no", out);
}

enum reading val_onoff(const char *word, char *out)
{
	return (!strcmp(word, "on") || !strcmp(word, "off")) && copy(word, out);
}

static enum reading number(const char *word, uint64_t min, uint64_t max,
			   char *out)
{
	enum reading r;
	uint64_t v;

	r = parse_amount(word, VZCTX_UNIT_ITEMS, &v);
	if (!r || v < min || v > max)
		return READ_NOT;
	snprintf(out, SETVAL_SIZE, "%" PRIu64, v);
	return r;
}

enum reading val_number(const char *word, char *out)
{
	return number(word, 0, INT64_MAX, out);
}

enum reading val_cpuunits(const char *word, char *out)
{
	return number(word, 8, 500000, out);
}

enum reading val_cpuweight(const char *word, char *out)
{
	return number(word, 1, 10000, out);
}

enum reading val_cpus(const char *word, char *out)
{
	return number(word, 1, 8192, out);
}

enum reading val_ioprio(const char *word, char *out)
{
	return number(word, 0, 7, out);
}

enum reading val_cpulimit(const char *word, char *out)
{
	char digits[32];
	size_t len = strlen(word);

	if (len && word[len - 1] == '%')
		len--;
	if (!len || len >= sizeof(digits))
		return READ_NOT;
	memcpy(digits, word, len);
	digits[len] = '\0';
	return number(digits, 0, 1000000, out);
}

enum reading val_factor(const char *word, char *out)
{
	double v;
	char *end;

	if (!isdigit((unsigned char)*word) ||
	    strspn(word, "0123456789.") != strlen(word))
		return READ_NOT;
	v = strtod(word, &end);
	return !*end && v >= 0 && v <= 1e9 && copy(word, out);
}

enum reading val_hostname(const char *word, char *out)
{
	size_t len = strlen(word);

	if (!len || len >= HOSTNAME_SIZE || *word == '-' || *word == '.')
		return READ_NOT;
	for (const char *p = word; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
			return READ_NOT;
	return copy(word, out);
}

enum reading val_name(const char *word, char *out)
{
	return (!*word || names_valid(word)) && copy(word, out);
}

static bool is_address(const char *word, int *bits)
{
	unsigned char raw[16];

	*bits = 32;
	if (inet_pton(AF_INET, word, raw) == 1)
		return true;
	*bits = 128;
	return inet_pton(AF_INET6, word, raw) == 1;
}

enum reading val_address(const char *word, char *out)
{
	const char *slash = strchr(word, '/');
	char address[INET6_ADDRSTRLEN];
	unsigned char raw[4];
	uint64_t v;
	int bits;

	if (!slash)
		return is_address(word, &bits) && copy(word, out);
	if ((size_t)(slash - word) >= sizeof(address))
		return READ_NOT;
	memcpy(address, word, slash - word);
	address[slash - word] = '\0';
	if (!is_address(address, &bits))
		return READ_NOT;
	return (parse_u64(slash + 1, bits, &v) ||
		(bits == 32 && inet_pton(AF_INET, slash + 1, raw) == 1)) &&
	       copy(word, out);
}

enum reading val_address_or_all(const char *word, char *out)
{
	return !strcmp(word, "all") ? copy(word, out) : val_address(word, out);
}

enum reading val_server(const char *word, char *out)
{
	int bits;

	return (!strcmp(word, "inherit") || is_address(word, &bits)) &&
	       copy(word, out);
}

enum reading val_domain(const char *word, char *out)
{
	return val_hostname(word, out);
}

/* Every word, for itself. */
static enum reading words(const char *value, setval_check *check, char *out)
{
	char word[SETVAL_SIZE], good[SETVAL_SIZE];
	size_t len;

	if (!copy(value, out))
		return READ_NOT;
	for (; *value; value += len) {
		value += strspn(value, " \t");
		len = strcspn(value, " \t");
		snprintf(word, sizeof(word), "%.*s", (int)len, value);
		if (len && !check(word, good))
			return READ_NOT;
	}
	return READ_OK;
}

enum reading val_addresses(const char *word, char *out)
{
	return words(word, val_address, out);
}

enum reading val_servers(const char *word, char *out)
{
	return words(word, val_server, out);
}

enum reading val_domains(const char *word, char *out)
{
	return words(word, val_domain, out);
}

enum reading val_userpw(const char *word, char *out)
{
	const char *colon = strchr(word, ':');

	return colon && colon > word && colon[1] && !strchr(word, '\n') &&
	       *word != '-' && copy(word, out);
}

enum reading val_interface(const char *word, char *out)
{
	size_t len = strlen(word);

	return len && len < 16 && !strpbrk(word, "/:;,= \t") &&
	       val_text(word, out);
}

enum reading val_mac(const char *word, char *out)
{
	for (int i = 0; i < 6; i++)
		if (!isxdigit((unsigned char)word[3 * i]) ||
		    !isxdigit((unsigned char)word[3 * i + 1]) ||
		    word[3 * i + 2] != (i < 5 ? ':' : '\0'))
			return READ_NOT;
	return copy(word, out);
}

/* "0", "0-3,5": ranges that go upwards. */
static bool is_list(const char *p)
{
	do {
		char *end;
		unsigned long from, to;

		if (!isdigit((unsigned char)*p))
			return false;
		from = to = strtoul(p, &end, 10);
		if (*end == '-') {
			p = end + 1;
			if (!isdigit((unsigned char)*p))
				return false;
			to = strtoul(p, &end, 10);
		}
		if (from > to || to > 8191)
			return false;
		p = end;
	} while (*p++ == ',');
	return !p[-1];
}

enum reading val_nodemask(const char *word, char *out)
{
	return (!strcmp(word, "all") || is_list(word)) && copy(word, out);
}

enum reading val_cpumask(const char *word, char *out)
{
	return !strcmp(word, "auto") ? copy(word, out) :
	       val_nodemask(word, out);
}

static enum reading barlim(const char *word, uint32_t unit, char *out)
{
	enum reading r;
	uint64_t bar, lim;

	r = parse_barlim(word, unit, &bar, &lim);
	if (r)
		snprintf(out, SETVAL_SIZE, "%" PRIu64 ":%" PRIu64, bar, lim);
	return r;
}

enum reading val_diskspace(const char *word, char *out)
{
	return barlim(word, UNIT_KIB, out);
}

/* OpenVZ takes suffixes here. */
enum reading val_diskinodes(const char *word, char *out)
{
	return barlim(word, VZCTX_UNIT_BYTES, out);
}

enum reading val_items(const char *word, char *out)
{
	return barlim(word, VZCTX_UNIT_ITEMS, out);
}

enum reading iolimit_parse(const char *word, uint32_t unit, uint64_t *bytes)
{
	const uint64_t most = 2ULL << 30;
	enum reading r = parse_amount(word, unit, bytes);

	if (r == READ_OK && *bytes == VZCTX_UNLIMITED)
		*bytes = 0;
	if (!r || *bytes <= most)
		return r;
	*bytes = most;
	return READ_CUT;
}

static enum reading iolimit(const char *word, uint32_t unit, char *out)
{
	uint64_t bytes = 0;
	enum reading r = iolimit_parse(word, unit, &bytes);

	/* The suffix is for readers that take MiB for granted. */
	if (r)
		snprintf(out, SETVAL_SIZE, bytes ? "%" PRIu64 "B" : "%" PRIu64,
			 bytes);
	return r;
}

enum reading val_iolimit(const char *word, char *out)
{
	return iolimit(word, UNIT_MIB, out);
}

enum reading val_iolimit_file(const char *word, char *out)
{
	return iolimit(word, VZCTX_UNIT_BYTES, out);
}
