// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the templates there are
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/parse.h"
#include "template/template.h"
#include "template/template_find.h"
#include "template/template_list.h"

struct row {
	char name[4 * NAME_MAX + 1];	/* escaped */
	char format[16];
	char date[32];
	uint64_t size;
	bool directory;
};

static struct cell get_name(const void *r)
{
	return (struct cell){ CELL_WORD, .s = ((const struct row *)r)->name };
}

static struct cell get_format(const void *r)
{
	return (struct cell){ CELL_WORD, .s = ((const struct row *)r)->format };
}

static struct cell get_size(const void *r)
{
	const struct row *row = r;

	return (struct cell){ row->directory ? CELL_NONE : CELL_SCALED, .n = row->size,
			      .unit = VZCTX_UNIT_BYTES };
}

static struct cell get_date(const void *r)
{
	return (struct cell){ CELL_WORD, .s = ((const struct row *)r)->date };
}

static const struct column columns[] = {
	{ "name", "what `create` calls it", false, get_name },
	{ "format", "how it is packed, or dir", false, get_format },
	{ "size", "of the file", true, get_size },
	{ "date", "last change", false, get_date },
};

#define NCOLUMNS (sizeof(columns) / sizeof(columns[0]))
#define DEFAULT "name,format,size,date"

void template_list_help(void)
{
	print_columns(columns, NCOLUMNS);
}

/* Return: whether it is a template. */
static bool fill(struct row *row, int dir, const char *file)
{
	const char *suffix = template_suffix(file);
	size_t len = suffix ? (size_t)(suffix - file) : strlen(file);
	char name[NAME_MAX + 1];
	struct stat st;
	struct tm tm;

	if (*file == '.' || fstatat(dir, file, &st, 0))
		return false;
	*row = (struct row){ .directory = S_ISDIR(st.st_mode) };
	if (row->directory ? !!suffix : !suffix || !S_ISREG(st.st_mode))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)len, file);
	escape_odd(name, row->name, sizeof(row->name));
	snprintf(row->format, sizeof(row->format), "%s",
		 row->directory ? "dir" : suffix + 1);
	row->size = st.st_size;
	strftime(row->date, sizeof(row->date), "%Y-%m-%d %H:%M",
		 localtime_r(&st.st_mtime, &tm));
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return strcmp(x->name, y->name) ?: strcmp(x->format, y->format);
}

static int collect(DIR *d, struct row **rows, size_t *n)
{
	struct dirent *e;

	while ((errno = 0, e = readdir(d))) {
		struct row row, *more;

		if (!fill(&row, dirfd(d), e->d_name))
			continue;
		more = reallocarray(*rows, *n + 1, sizeof(row));
		if (!more)
			return -ENOMEM;
		*rows = more;
		more[(*n)++] = row;
	}
	return -errno;
}

int template_list(const struct out *o)
{
	struct row *rows = NULL;
	char cache[PATH_MAX];
	size_t n = 0;
	DIR *d = NULL;
	int ret;

	if (!print_check(o, columns, NCOLUMNS, "template"))
		return EXIT_USAGE;
	ret = template_cache(cache, sizeof(cache), false);
	if (!ret) {
		d = opendir(cache);
		if (d)
			ret = collect(d, &rows, &n);
		else if (errno != ENOENT)
			ret = -errno;
	}
	if (d)
		closedir(d);
	if (!ret) {
		if (n)
			qsort(rows, n, sizeof(*rows), by_name);
		ret = print_table(o, "templates", columns, NCOLUMNS, DEFAULT, rows, n,
				  sizeof(*rows));
	}
	free(rows);
	if (ret)
		return msg_fail(-ret, NULL, "list the templates");
	return EXIT_OK;
}
