// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the templates there are
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/vzctx.h>

#include "lib/parse.h"
#include "table/template_row.h"
#include "template/template_find.h"

static struct cell get_name(const void *r)
{
	return (struct cell){ CELL_WORD, .s = ((const struct templaterow *)r)->name };
}

static struct cell get_format(const void *r)
{
	return (struct cell){ CELL_WORD, .s = ((const struct templaterow *)r)->format };
}

static struct cell get_size(const void *r)
{
	const struct templaterow *row = r;

	return (struct cell){ row->directory ? CELL_NONE : CELL_SCALED, .n = row->size,
			      .unit = VZCTX_UNIT_BYTES };
}

static struct cell get_date(const void *r)
{
	return (struct cell){ CELL_WORD, .s = ((const struct templaterow *)r)->date };
}

const struct column templaterow_columns[] = {
	{ "name", "what `create` calls it", false, get_name },
	{ "format", "how it is packed, or dir", false, get_format },
	{ "size", "of the file", true, get_size },
	{ "date", "last change", false, get_date },
};

const size_t templaterow_ncolumns =
	sizeof(templaterow_columns) / sizeof(templaterow_columns[0]);

/* Return: whether it is a template. */
static bool fill(struct templaterow *row, int dir, const char *file)
{
	const char *suffix = template_suffix(file);
	size_t len = suffix ? (size_t)(suffix - file) : strlen(file);
	char name[NAME_MAX + 1];
	struct stat st;
	struct tm tm;

	if (*file == '.' || fstatat(dir, file, &st, 0))
		return false;
	*row = (struct templaterow){ .directory = S_ISDIR(st.st_mode) };
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
	const struct templaterow *x = a, *y = b;

	return strcmp(x->name, y->name) ?: strcmp(x->format, y->format);
}

static int collect(DIR *d, struct templaterow **rows, size_t *n)
{
	struct dirent *e;

	while ((errno = 0, e = readdir(d))) {
		struct templaterow row, *more;

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

int templaterow_make(struct templaterow **rows, size_t *n)
{
	char cache[PATH_MAX];
	int ret = template_cache(cache, sizeof(cache), false);
	DIR *d;

	*rows = NULL;
	*n = 0;
	if (ret)
		return ret;
	d = opendir(cache);
	if (!d)
		return errno == ENOENT ? 0 : -errno;
	ret = collect(d, rows, n);
	closedir(d);
	if (!ret && *n)
		qsort(*rows, *n, sizeof(**rows), by_name);
	return ret;
}
