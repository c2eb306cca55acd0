// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - failures that are news: the stored snapshot
 *
 * {"101@SINCE": {"numproc": 7, ...}, ...}; SINCE tells one life of a number
 * from the next.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table/ubc_store.h"


#define STORE_DIR	"/run/vzctx"
#define STORE		STORE_DIR "/ubc.json"

static void key_of(const struct ubcrow *row, char *buf, size_t size)
{
	snprintf(buf, size, "%u@%" PRIu64, row->r.ctid, row->since);
}

static int save(json_t *store)
{
	char temp[sizeof(STORE) + 16];

	if (mkdir(STORE_DIR, 0700) && errno != EEXIST)
		return -errno;
	snprintf(temp, sizeof(temp), STORE ".%d", getpid());
	if (json_dump_file(store, temp, JSON_COMPACT) || rename(temp, STORE)) {
		int err = errno ? errno : EIO;

		unlink(temp);
		return -err;
	}
	return 0;
}

int ubcstore_compare(struct ubcrows *rows)
{
	json_t *old = json_load_file(STORE, 0, NULL), *now = json_object();
	int ret = now ? 0 : -ENOMEM;

	for (size_t i = 0; !ret && i < rows->n; i++) {
		struct ubcrow *row = &rows->v[i];
		json_int_t base;
		json_t *ct;
		char key[48];

		key_of(row, key, sizeof(key));
		base = json_integer_value(json_object_get(json_object_get(old, key),
							  row->r.res.name));
		if (base > 0 && (uint64_t)base <= row->r.bc.failcnt)
			row->base = base;
		ct = json_object_get(now, key);
		if (!ct) {
			ct = json_object();
			if (json_object_set_new(now, key, ct))
				ret = -ENOMEM;
		}
		if (!ret && json_object_set_new(ct, row->r.res.name,
						json_integer(row->r.bc.failcnt)))
			ret = -ENOMEM;
	}
	/* What was not looked at this time keeps its figures. */
	if (!ret && json_is_object(old))
		ret = json_object_update_missing(now, old) ? -ENOMEM : 0;
	if (!ret)
		ret = save(now);
	json_decref(old);
	json_decref(now);
	return ret;
}
