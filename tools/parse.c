// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - words to numbers and back
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parse.h"

/* Reads leading decimals; unlike strtoull no sign, no blanks, no wrapping. */
static const char *digits(const char *s, uint64_t *out)
{
	uint64_t v = 0;

	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return NULL;
	}
	*out = v;
	return s;
}

bool parse_u64(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v;

	s = digits(s, &v);
	if (!s || *s || v > max)
		return false;
	*out = v;
	return true;
}

bool parse_ctid(const char *s, uint32_t *ctid)
{
	uint64_t v;

	if (!parse_u64(s, VZCTX_CTID_MAX, &v) || !v)
		return false;
	*ctid = v;
	return true;
}

bool parse_amount(const char *s, uint32_t unit, uint64_t *out)
{
	uint64_t page = sysconf(_SC_PAGESIZE);
	uint64_t v, mul;

	if (!strcmp(s, "unlimited")) {
		*out = VZCTX_UNLIMITED;
		return true;
	}
	s = digits(s, &v);
	if (!s)
		return false;
	if (*s) {
		if (unit == VZCTX_UNIT_ITEMS || s[1])
			return false;
		switch (toupper((unsigned char)*s)) {
		case 'T': mul = 1ULL << 40; break;
		case 'G': mul = 1ULL << 30; break;
		case 'M': mul = 1ULL << 20; break;
		case 'K': mul = 1ULL << 10; break;
		case 'P': mul = page; break;
		case 'B': mul = 1; break;
		default: return false;
		}
		if (__builtin_mul_overflow(v, mul, &v) ||
		    v > VZCTX_UNLIMITED)
			return false;
		if (unit == VZCTX_UNIT_PAGES)
			v = v / page + !!(v % page);
	}
	if (v > VZCTX_UNLIMITED)
		return false;
	*out = v;
	return true;
}

bool parse_barlim(const char *s, uint32_t unit, uint64_t *bar, uint64_t *lim)
{
	const char *colon = strchr(s, ':');
	char first[32];

	if (!colon) {
		if (!parse_amount(s, unit, bar))
			return false;
		*lim = *bar;
		return true;
	}
	if ((size_t)(colon - s) >= sizeof(first))
		return false;
	memcpy(first, s, colon - s);
	first[colon - s] = '\0';

	return parse_amount(first, unit, bar) &&
	       parse_amount(colon + 1, unit, lim);
}

const struct vz_res *res_by_name(const struct vz_reslist *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].name, name))
			return &l->v[i];
	return NULL;
}

const struct vz_res *res_by_id(const struct vz_reslist *l, uint32_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id == id)
			return &l->v[i];
	return NULL;
}

void format_amount(uint64_t v, char *buf, size_t size)
{
	if (v == VZCTX_UNLIMITED)
		snprintf(buf, size, "unlimited");
	else
		snprintf(buf, size, "%" PRIu64, v);
}

void format_scaled(uint64_t v, uint32_t unit, char *buf, size_t size)
{
	static const char suffix[] = "KMGTPE";
	double d = v;
	int i = -1;

	if (v == VZCTX_UNLIMITED || unit == VZCTX_UNIT_ITEMS) {
		format_amount(v, buf, size);
		return;
	}
	if (unit == VZCTX_UNIT_PAGES)
		d *= sysconf(_SC_PAGESIZE);
	while (d >= 1024 && i < 5) {
		d /= 1024;
		i++;
	}
	if (i < 0)
		snprintf(buf, size, "%.0f", d);
	else
		snprintf(buf, size, d < 9.95 ? "%.1f%c" : "%.0f%c", d,
			 suffix[i]);
}

void escape(const char *s, char *buf, size_t size)
{
	size_t n = 0;

	for (; *s; s++) {
		unsigned char c = *s;

		if (c <= ' ' || c >= 0x7f || strchr("\\\"'`", c)) {
			if (n + 5 > size)
				break;
			n += sprintf(buf + n, "\\x%02x", c);
		} else {
			if (n + 2 > size)
				break;
			buf[n++] = c;
		}
	}
	buf[n] = '\0';
}
