// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzlist - a field as text, as JSON, and compared
 */
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "conf/ubcname.h"
#include "lib/layout.h"
#include "vzlist/vzlist_fields.h"

/* Text comes from files anybody could have edited: a terminal gets no bytes of it. */
static void tame(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
}

/*
 * How many bytes of @s fill at most @most columns, and how many they fill. A byte
 * that is no character by layout_locale() is taken for one column.
 */
static int fill(const char *s, int most, int *columns)
{
	mbstate_t state = { 0 };
	int at = 0;

	for (*columns = 0; s[at];) {
		wchar_t c;
		size_t len = mbrtowc(&c, s + at, strlen(s + at), &state);
		int width = len + 2 < 2 ? 1 : wcwidth(c);

		if (len + 2 < 2) {
			len = 1;
			state = (mbstate_t){ 0 };
		}
		if (width < 0)
			width = 1;
		if (*columns + width > most)
			break;
		*columns += width;
		at += len;
	}
	return at;
}

/* As "%*.*s" does it, in columns where that counts bytes; @width < 0: to the left. */
static void put_cell(FILE *to, const char *s, int width, bool cut)
{
	int columns, len = fill(s, cut ? abs(width) : INT_MAX, &columns);
	int pad = abs(width) > columns ? abs(width) - columns : 0;

	fprintf(to, "%*s%.*s%*s", width > 0 ? pad : 0, "", len, s,
		width < 0 ? pad : 0, "");
}

void vzl_cell(const struct vzl_field *f, const struct vzl_ct *ct, bool cut,
	      FILE *to)
{
	struct vzl_value v;

	vzl_value(f, ct, &v);
	tame(v.s);
	if (!v.known)
		snprintf(v.s, sizeof(v.s), "-");
	if (cut && f->kind == VZL_LIST)
		v.s[strcspn(v.s, " ")] = '\0';
	/* What is no text is never cut: half a number would be another one. */
	put_cell(to, v.s, f->width, cut && v.text && f->kind != VZL_WORD &&
				    strcmp(f->name, "capability"));
}

static void put_list(char *list, FILE *to)
{
	char *save = NULL, *word = strtok_r(list, " \t", &save);
	bool more = false;

	fputc('[', to);
	for (; word; word = strtok_r(NULL, " \t", &save)) {
		if (more)
			fputs(", ", to);
		layout_string(word, to);
		more = true;
	}
	fputc(']', to);
}

/* "nfs:on,ppp:off" as an object of booleans. */
static void put_switches(char *list, FILE *to)
{
	char *save = NULL, *word = strtok_r(list, ",", &save);
	bool more = false;

	fputs("{", to);
	for (; word; word = strtok_r(NULL, ",", &save)) {
		char *colon = strchr(word, ':');

		if (!colon)
			continue;
		*colon = '\0';
		fputs(more ? ",\n      " : "\n      ", to);
		layout_string(word, to);
		fprintf(to, ": %s", strcmp(colon + 1, "on") ? "false" : "true");
		more = true;
	}
	fputs(more ? "\n    }" : "}", to);
}

/* One object of several fields that differ in their part. */
static void put_parts(const struct vzl_field *f, const struct vzl_ct *ct,
		      const char *const *names, unsigned int n, FILE *to)
{
	struct vzl_field part = *f;
	struct vzl_value v[5];
	bool any = false;

	for (part.part = 0; part.part < n; part.part++) {
		vzl_value(&part, ct, &v[part.part]);
		any |= v[part.part].known;
	}
	if (!any) {
		fputs("null", to);
		return;
	}
	fputc('{', to);
	for (unsigned int i = 0; i < n; i++)
		fprintf(to, "%s\n      \"%s\": %" PRIu64, i ? "," : "", names[i],
			v[i].u);
	fputs("\n    }", to);
}

void vzl_json(const struct vzl_field *f, const struct vzl_ct *ct, FILE *to)
{
	static const char *const ubc[] = {
		"held", "maxheld", "barrier", "limit", "failcnt",
	};
	static const char *const disk[] = { "usage", "softlimit", "hardlimit" };
	struct vzl_value v;

	vzl_value(f, ct, &v);
	switch (f->kind) {
	case VZL_UBC: put_parts(f, ct, ubc, 5, to); break;
	case VZL_DISK: put_parts(f, ct, disk, 3, to); break;
	case VZL_LIST: put_list(v.s, to); break;
	case VZL_SWITCHES: put_switches(v.s, to); break;
	case VZL_LAVERAGE:
		if (v.known)
			fprintf(to, "[%1.2f, %1.2f, %1.2f]",
				ct->ctx.cpu.load[0] / 100.0,
				ct->ctx.cpu.load[1] / 100.0,
				ct->ctx.cpu.load[2] / 100.0);
		else
			fputs("null", to);
		break;
	case VZL_UPTIME: fprintf(to, "%.3f", v.n); break;
	case VZL_YESNO:
	case VZL_VSWAP: fputs(strcmp(v.s, "yes") ? "false" : "true", to); break;
	case VZL_FACTOR: fprintf(to, "%g", v.n); break;
	case VZL_NUMBER:
	case VZL_IOPRIO:
	case VZL_IOLIMIT: fprintf(to, "%" PRIu64, v.u); break;
	default:
		if (!v.known)
			fputs("null", to);
		else if (v.text)
			layout_string(v.s, to);
		else
			fprintf(to, "%" PRIu64, v.u);
	}
}

int vzl_compare(const struct vzl_field *f, const struct vzl_ct *a,
		const struct vzl_ct *b)
{
	struct vzl_value x, y;

	/* In the order of the words of enum vzl_status. */
	if (f->kind == VZL_STATUS)
		return (int)a->status - (int)b->status;
	vzl_value(f, a, &x);
	vzl_value(f, b, &y);
	if (x.known != y.known)
		return x.known ? 1 : -1;
	if (x.text && y.text)
		return strcmp(x.s, y.s);
	if (x.text != y.text)
		return x.text ? 1 : -1;
	return x.n < y.n ? -1 : x.n > y.n;
}
