// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the line for a container in its /etc/hosts
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "inside/hosts.h"

/* Debian's address for a name without one of its own. */
#define ADDRESS	"127.0.1.1"
#define MARK	"# vzctx"
#define BLANK	" \t\r"

/* Whether a line of @len bytes was written here. */
static bool is_ours(const char *line, size_t len)
{
	return len > strlen(MARK) &&
	       !memcmp(line + len - strlen(MARK), MARK, strlen(MARK));
}

/* Whether @name is one of the names in it, behind the address. */
static bool has_name(const char *line, size_t len, const char *name)
{
	const char *end = memchr(line, '#', len), *p = line;
	bool address = true;

	end = end ? end : line + len;
	while (p < end) {
		size_t n;

		p += strspn(p, BLANK);
		n = strcspn(p, BLANK "\n#");
		if (!n || p >= end)
			break;
		if (!address && n == strlen(name) && !strncasecmp(p, name, n))
			return true;
		address = false;
		p += n;
	}
	return false;
}

static void put_line(FILE *f, const char *name)
{
	int brief = strcspn(name, ".");

	fprintf(f, ADDRESS "\t%s", name);
	if (name[brief])
		fprintf(f, " %.*s", brief, name);
	fputs("\t" MARK "\n", f);
}

char *hosts_text(const char *old, const char *name)
{
	bool done = false;
	char *text = NULL;
	size_t size, len;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	for (const char *p = old; *p; p += len + !!p[len]) {
		len = strcspn(p, "\n");
		done |= !is_ours(p, len) && has_name(p, len, name);
	}
	if (!*old)
		fputs("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n",
		      f);
	for (const char *p = old; *p; p += len + !!p[len]) {
		len = strcspn(p, "\n");
		if (!is_ours(p, len)) {
			fwrite(p, 1, len, f);
			if (p[len] || !done)
				fputc('\n', f);
		} else if (!done) {
			put_line(f, name);
			done = true;
		}
	}
	if (!done)
		put_line(f, name);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
