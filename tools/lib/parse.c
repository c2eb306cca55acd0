// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - words to numbers and back
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/parse.h"

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

/* @whole + @part / @of */
struct figure {
	uint64_t whole, part, of;
	bool over;	/* @whole has no room for it */
};

static const char *skip_blanks(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* Unlike strtod() no sign, no exponent, no locale, and exact. */
static const char *figure(const char *s, struct figure *f)
{
	size_t n = 0;

	*f = (struct figure){ .of = 1 };
	for (; *s >= '0' && *s <= '9'; s++, n++)
		if (__builtin_mul_overflow(f->whole, 10, &f->whole) ||
		    __builtin_add_overflow(f->whole, (uint64_t)(*s - '0'),
					   &f->whole))
			f->over = true;
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++, n++)
			if (f->of < 1000000000000000000ULL) {
				f->part = f->part * 10 + *s - '0';
				f->of *= 10;
			}
	return n ? s : NULL;
}

struct measure {
	uint64_t plain;		/* bytes, of a figure without suffix */
	uint64_t unit;		/* bytes, of what comes out */
	bool suffix, up;
};

static struct measure measure_of(uint32_t unit)
{
	const uint64_t page = sysconf(_SC_PAGESIZE);

	switch (unit) {
	case VZCTX_UNIT_PAGES:
		return (struct measure){ page, page, true, true };
	case VZCTX_UNIT_BYTES:
		return (struct measure){ 1, 1, true, false };
	case UNIT_KIB:
		return (struct measure){ 1024, 1024, true, false };
	case UNIT_MIB:
		return (struct measure){ 1 << 20, 1, true, false };
	default:
		return (struct measure){ 1, 1, false, false };
	}
}

/* Bytes; 0: no suffix. */
static uint64_t suffix(char c)
{
	switch (toupper((unsigned char)c)) {
	case 'T': return 1ULL << 40;
	case 'G': return 1ULL << 30;
	case 'M': return 1ULL << 20;
	case 'K': return 1ULL << 10;
	case 'P': return sysconf(_SC_PAGESIZE);
	case 'B': return 1;
	default: return 0;
	}
}

/* Moves *@s behind what it reads. */
static enum reading amount(const char **s, uint32_t unit, uint64_t *out)
{
	const struct measure m = measure_of(unit);
	const char *p = skip_blanks(*s);
	uint64_t mul = m.plain;
	unsigned __int128 v;
	struct figure f;

	if (!strncmp(p, "unlimited", 9)) {
		*s = skip_blanks(p + 9);
		*out = VZCTX_UNLIMITED;
		return READ_OK;
	}
	p = figure(p, &f);
	/* There is no half of an item. */
	if (!p || (!m.suffix && f.of > 1))
		return READ_NOT;
	p = skip_blanks(p);
	if (m.suffix && suffix(*p)) {
		mul = suffix(*p);
		p = skip_blanks(p + 1);
	}
	*s = p;
	/* The largest of each are below 2^64 and 2^100. */
	v = (unsigned __int128)f.whole * mul +
	    (unsigned __int128)f.part * mul / f.of;
	v = v / m.unit + (m.up && v % m.unit);
	if (f.over || v > VZCTX_UNLIMITED) {
		*out = VZCTX_UNLIMITED;
		return READ_CUT;
	}
	*out = v;
	return READ_OK;
}

enum reading parse_amount(const char *s, uint32_t unit, uint64_t *out)
{
	enum reading r = amount(&s, unit, out);

	return *s ? READ_NOT : r;
}

enum reading parse_barlim(const char *s, uint32_t unit, uint64_t *bar,
			  uint64_t *lim)
{
	enum reading first = amount(&s, unit, bar), second = first;

	if (first && *s == ':') {
		s++;
		second = amount(&s, unit, lim);
	} else {
		*lim = *bar;
	}
	if (*s || !first || !second)
		return READ_NOT;
	return first > second ? first : second;
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
		snprintf(buf, size, "%.0fB", d);
	else
		snprintf(buf, size, d < 9.95 ? "%.1f%c" : "%.0f%c", d,
			 suffix[i]);
}

/* @more: what else is escaped */
static void escape_and(const char *s, const char *more, char *buf, size_t size)
{
	size_t n = 0;

	for (; *s; s++) {
		unsigned char c = *s;

		if (c < ' ' || c >= 0x7f || strchr(more, c)) {
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

void escape(const char *s, char *buf, size_t size)
{
	escape_and(s, " \\\"'`", buf, size);
}

void escape_bytes(const char *s, char *buf, size_t size)
{
	escape_and(s, "", buf, size);
}

void escape_odd(const char *s, char *buf, size_t size)
{
	for (const char *p = s; *p; p++)
		if (*p < ' ' || *p > '~') {
			escape(s, buf, size);
			return;
		}
	snprintf(buf, size, "%s", s);
}

void printable(const char *s, char *buf, size_t size)
{
	size_t n;

	for (n = 0; s[n] && n + 1 < size; n++)
		buf[n] = (unsigned char)s[n] < ' ' || s[n] == 0x7f ? '?' : s[n];
	buf[n] = '\0';
}
