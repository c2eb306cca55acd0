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

#include "conf.h"
#include "names.h"
#include "parse.h"
#include "setval.h"

static bool copy(const char *word, char *out)
{
	return snprintf(out, SETVAL_SIZE, "%s", word) < SETVAL_SIZE;
}

bool val_text(const char *word, char *out)
{
	for (const char *p = word; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f ||
		    strchr("\"$`\\", *p))
			return false;
	return copy(word, out);
}

bool val_path(const char *word, char *out)
{
	return *word == '/' && copy(word, out);
}

bool val_yesno(const char *word, char *out)
{
	return (!strcmp(word, "yes") || !strcmp(word, "no")) && copy(word, out);
}

bool val_onoff(const char *word, char *out)
{
	return (!strcmp(word, "on") || !strcmp(word, "off")) && copy(word, out);
}

static bool number(const char *word, uint64_t min, uint64_t max, char *out)
{
	uint64_t v;

	if (!parse_u64(word, max, &v) || v < min)
		return false;
	snprintf(out, SETVAL_SIZE, "%" PRIu64, v);
	return true;
}

bool val_number(const char *word, char *out)
{
	return number(word, 0, INT64_MAX, out);
}

bool val_cpuunits(const char *word, char *out)
{
	return number(word, 8, 500000, out);
}

bool val_cpus(const char *word, char *out)
{
	return number(word, 1, 8192, out);
}

bool val_ioprio(const char *word, char *out)
{
	return number(word, 0, 7, out);
}

bool val_cpulimit(const char *word, char *out)
{
	char digits[32];
	size_t len = strlen(word);

	if (len && word[len - 1] == '%')
		len--;
	if (!len || len >= sizeof(digits))
		return false;
	memcpy(digits, word, len);
	digits[len] = '\0';
	return number(digits, 0, 1000000, out);
}

bool val_factor(const char *word, char *out)
{
	double v;
	char *end;

	if (!isdigit((unsigned char)*word) ||
	    strspn(word, "0123456789.") != strlen(word))
		return false;
	v = strtod(word, &end);
	return !*end && v >= 0 && v <= 1e9 && copy(word, out);
}

bool val_hostname(const char *word, char *out)
{
	size_t len = strlen(word);

	if (!len || len >= HOSTNAME_SIZE || *word == '-' || *word == '.')
		return false;
	for (const char *p = word; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-._", *p))
			return false;
	return copy(word, out);
}

bool val_name(const char *word, char *out)
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

bool val_address(const char *word, char *out)
{
	const char *slash = strchr(word, '/');
	char address[INET6_ADDRSTRLEN];
	unsigned char raw[4];
	uint64_t v;
	int bits;

	if (!slash)
		return is_address(word, &bits) && copy(word, out);
	if ((size_t)(slash - word) >= sizeof(address))
		return false;
	memcpy(address, word, slash - word);
	address[slash - word] = '\0';
	if (!is_address(address, &bits))
		return false;
	return (parse_u64(slash + 1, bits, &v) ||
		(bits == 32 && inet_pton(AF_INET, slash + 1, raw) == 1)) &&
	       copy(word, out);
}

bool val_address_or_all(const char *word, char *out)
{
	return !strcmp(word, "all") ? copy(word, out) : val_address(word, out);
}

bool val_server(const char *word, char *out)
{
	int bits;

	return (!strcmp(word, "inherit") || is_address(word, &bits)) &&
	       copy(word, out);
}

bool val_domain(const char *word, char *out)
{
	return val_hostname(word, out);
}

bool val_userpw(const char *word, char *out)
{
	const char *colon = strchr(word, ':');

	return colon && colon > word && colon[1] && !strchr(word, '\n') &&
	       *word != '-' && copy(word, out);
}

bool val_interface(const char *word, char *out)
{
	size_t len = strlen(word);

	return len && len < 16 && !strpbrk(word, "/:;,= \t") &&
	       val_text(word, out);
}

bool val_mac(const char *word, char *out)
{
	for (int i = 0; i < 6; i++)
		if (!isxdigit((unsigned char)word[3 * i]) ||
		    !isxdigit((unsigned char)word[3 * i + 1]) ||
		    word[3 * i + 2] != (i < 5 ? ':' : '\0'))
			return false;
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

bool val_nodemask(const char *word, char *out)
{
	return (!strcmp(word, "all") || is_list(word)) && copy(word, out);
}

bool val_cpumask(const char *word, char *out)
{
	return !strcmp(word, "auto") ? copy(word, out) :
	       val_nodemask(word, out);
}

/* Decimals with a fraction, and a suffix; to units of @unit bytes. */
static bool amount(const char *s, size_t len, uint64_t def, uint64_t unit,
		   uint64_t *out)
{
	static const char suffixes[] = "BKMGT";
	uint64_t mul = def;
	char word[32], *end;
	const char *at;
	double v;

	if (!len || len >= sizeof(word))
		return false;
	memcpy(word, s, len);
	word[len] = '\0';
	if (!strcmp(word, "unlimited")) {
		*out = INT64_MAX;
		return true;
	}
	if (!isdigit((unsigned char)*word))
		return false;
	v = strtod(word, &end);
	/* strtod() would also take 1e3 and 0x10. */
	if (strspn(word, "0123456789.") != (size_t)(end - word))
		return false;
	if (*end) {
		at = strchr(suffixes, toupper((unsigned char)*end));
		if (!at || end[1])
			return false;
		mul = 1ULL << (10 * (at - suffixes));
	}
	v = v * mul / unit;
	if (v >= 9.2e18)
		return false;
	*out = v;
	return true;
}

bool diskspace_parse(const char *word, uint64_t *soft, uint64_t *hard)
{
	size_t len = strcspn(word, ":");

	if (!amount(word, len, 1024, 1024, soft))
		return false;
	if (!word[len]) {
		*hard = *soft;
		return true;
	}
	word += len + 1;
	return amount(word, strlen(word), 1024, 1024, hard) && *soft <= *hard;
}

bool val_diskspace(const char *word, char *out)
{
	uint64_t soft, hard;

	if (!diskspace_parse(word, &soft, &hard))
		return false;
	snprintf(out, SETVAL_SIZE, "%" PRIu64 ":%" PRIu64, soft, hard);
	return true;
}

bool val_diskinodes(const char *word, char *out)
{
	uint64_t soft, hard;

	if (!parse_barlim(word, VZCTX_UNIT_ITEMS, &soft, &hard) || soft > hard)
		return false;
	snprintf(out, SETVAL_SIZE, "%" PRIu64 ":%" PRIu64, soft, hard);
	return true;
}

bool iolimit_parse(const char *word, uint64_t *bytes)
{
	if (!strcmp(word, "unlimited")) {
		*bytes = 0;
		return true;
	}
	return amount(word, strlen(word), 1 << 20, 1, bytes) &&
	       *bytes <= 2ULL << 30;
}

bool val_iolimit(const char *word, char *out)
{
	uint64_t bytes;

	if (!iolimit_parse(word, &bytes))
		return false;
	snprintf(out, SETVAL_SIZE, bytes ? "%" PRIu64 "B" : "%" PRIu64, bytes);
	return true;
}
