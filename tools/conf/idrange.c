// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a context's own range of user and group ids
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/idrange.h"
#include "lib/parse.h"

#define SLOTS	((ID_END - ID_FIRST) / ID_COUNT)

struct taken {
	bool slot[SLOTS];
};

/* Marks every slot that [first, first + count) touches. */
static void mark(struct taken *t, uint64_t first, uint64_t count)
{
	uint64_t end;

	if (__builtin_add_overflow(first, count, &end))
		end = UINT64_MAX;
	for (uint64_t i = 0; i < SLOTS; i++) {
		uint64_t lo = ID_FIRST + i * ID_COUNT;

		if (first < lo + ID_COUNT && lo < end)
			t->slot[i] = true;
	}
}

static void mark_key(struct taken *t, const char *value)
{
	uint64_t v;

	if (value && parse_u64(value, UINT32_MAX, &v))
		mark(t, v, ID_COUNT);
}

static int mark_conf(uint32_t ctid, const struct conf *c, void *arg)
{
	(void)ctid;
	/* Its range might be given away a second time. */
	if (!c)
		return -EIO;
	mark_key(arg, conf_get(c, "LOCAL_UID"));
	mark_key(arg, conf_get(c, "LOCAL_GID"));
	return 0;
}

/*
 * libsubid answers for one owner at a time and cannot enumerate; the files'
 * format, owner:first:count, is documented in subuid(5).
 */
int idrange_each(const char *path,
		 void (*fn)(const char *owner, uint64_t first, uint64_t count,
			    void *arg), void *arg)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (!f)
		return errno == ENOENT ? 0 : -errno;
	while (getline(&line, &size, f) >= 0) {
		char *first = strchr(line, ':'), *count;
		uint64_t a, b;

		count = first ? strchr(first + 1, ':') : NULL;
		if (!count)
			continue;
		*first++ = '\0';
		*count++ = '\0';
		count[strcspn(count, " \t\r\n")] = '\0';
		if (parse_u64(first, UINT64_MAX, &a) &&
		    parse_u64(count, UINT64_MAX, &b))
			fn(line, a, b, arg);
	}
	free(line);
	fclose(f);
	return 0;
}

static void mark_subid(const char *owner, uint64_t first, uint64_t count,
		       void *arg)
{
	(void)owner;
	mark(arg, first, count);
}

static int mark_all(struct taken *t)
{
	int ret = conf_each(mark_conf, t);

	if (!ret)
		ret = idrange_each("/etc/subuid", mark_subid, t);
	if (!ret)
		ret = idrange_each("/etc/subgid", mark_subid, t);
	return ret;
}

/* The lowest range nobody else has. */
static int choose(uint32_t *base)
{
	struct taken *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return -ENOMEM;
	ret = mark_all(t);
	if (!ret) {
		ret = -ENOSPC;
		for (uint32_t i = 0; i < SLOTS; i++) {
			if (t->slot[i])
				continue;
			*base = ID_FIRST + i * ID_COUNT;
			ret = 0;
			break;
		}
	}
	free(t);
	return ret;
}

int idrange_give(struct conf *c)
{
	uint32_t base = 0;
	char id[16];
	int ret = choose(&base);

	snprintf(id, sizeof(id), "%u", base);
	if (!ret)
		ret = conf_set(c, "LOCAL_UID", id);
	if (!ret)
		ret = conf_set(c, "LOCAL_GID", id);
	return ret;
}

int idrange_left(void)
{
	struct taken *t = calloc(1, sizeof(*t));
	int ret, left = 0;

	if (!t)
		return -ENOMEM;
	ret = mark_all(t);
	for (uint32_t i = 0; !ret && i < SLOTS; i++)
		left += !t->slot[i];
	free(t);
	return ret ? ret : left;
}
