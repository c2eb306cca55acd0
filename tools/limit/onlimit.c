// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what follows a refusal, in the configuration
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/cgroup.h"
#include "lib/parse.h"
#include "limit/onlimit.h"
#include "module/nl.h"

#define KEY	"ON_LIMIT"
#define BLANK	" \t"

static const char *const words[] = { "notify", "freeze", "kill" };

const char *onlimit_word(uint32_t action)
{
	return action <= VZCTX_ACTION_KILL ? words[action] : "unknown";
}

bool onlimit_parse(const char *word, uint32_t *action)
{
	for (*action = 0; *action <= VZCTX_ACTION_KILL; ++*action)
		if (!strcmp(word, words[*action]))
			return true;
	return false;
}

/**
 * next_entry - takes one RES:ACTION off a value
 * @p: where to go on, moved behind it
 * @name: gets RES, or the entry as it stands if it is none; 64 bytes
 *
 * Return: 1, 0 at the end, or -EINVAL.
 */
static int next_entry(const char **p, char *name, uint32_t *action)
{
	size_t len;
	char *colon;

	*p += strspn(*p, BLANK);
	len = strcspn(*p, BLANK);
	if (!len)
		return 0;
	snprintf(name, 64, "%.*s", (int)len, *p);
	*p += len;
	colon = strchr(name, ':');
	if (!colon || !onlimit_parse(colon + 1, action))
		return -EINVAL;
	*colon = '\0';
	return 1;
}

int onlimit_read(const struct conf *c, uint32_t ctid,
		 const struct vz_reslist *res, struct vz_set *set,
		 struct report *report)
{
	const char *p = conf_get(c, KEY);
	char name[64], path[64];
	uint32_t action;
	size_t n = 0, i;
	int ret;

	while (p && (ret = next_entry(&p, name, &action))) {
		const struct vz_res *r = ret > 0 ? res_by_name(res, name) : NULL;

		if (!r) {
			conf_path(ctid, path, sizeof(path));
			report_wrong(report, EXIT_FAILED,
				     ret > 0 ? "cannot read %s: " KEY " names \"%s\", which is no resource" :
				     "cannot read %s: " KEY " has \"%s\", which is no RES:notify, RES:freeze or RES:kill",
				     path, name);
			return -EINVAL;
		}
		if (r->counted == VZCTX_COUNTED_NO)
			continue;
		for (i = 0; i < n && set[i].id != r->id; i++)
			;
		set[i] = (struct vz_set){ .id = r->id, .action = action,
					  .act = true, .keep = true };
		n += i == n;
	}
	return n;
}

static bool is_set(const char *name, const struct vz_reslist *res,
		   const struct vz_set *set, size_t n)
{
	const struct vz_res *r = res_by_name(res, name);

	for (size_t i = 0; r && i < n; i++)
		if (set[i].act && set[i].id == r->id)
			return true;
	return false;
}

int onlimit_write(struct conf *c, const struct vz_reslist *res,
		  const struct vz_set *set, size_t n)
{
	const char *old = conf_get(c, KEY), *p = old;
	size_t size = 0, acts = 0;
	char *text = NULL, name[64];
	uint32_t action;
	FILE *f;
	int ret;

	for (size_t i = 0; i < n; i++)
		acts += set[i].act;
	if (!acts)
		return 0;
	f = open_memstream(&text, &size);
	if (!f)
		return -ENOMEM;
	while (p && (ret = next_entry(&p, name, &action)))
		if (ret > 0 && action && !is_set(name, res, set, n))
			fprintf(f, " %s:%s", name, words[action]);
	for (size_t i = 0; i < n; i++) {
		const struct vz_res *r = res_by_id(res, set[i].id);

		if (r && set[i].act && set[i].action)
			fprintf(f, " %s:%s", r->name,
				onlimit_word(set[i].action));
	}
	ret = fclose(f) ? -ENOMEM : 0;
	if (!ret && (old || size))
		ret = conf_set(c, KEY, size ? text + 1 : "");
	free(text);
	return ret;
}

/* The freezer goes with the request if anything is to be frozen. */
static int set_all(struct vznl *nl, uint32_t ctid, const struct vz_set *set,
		   size_t n, struct report *report)
{
	int freezer = -1, ret;

	for (size_t i = 0; i < n && freezer < 0; i++) {
		if (set[i].action != VZCTX_ACTION_FREEZE)
			continue;
		freezer = cgroup_freezer(ctid);
		if (freezer < 0)
			return report_fail(report, EXIT_FAILED, -freezer,
					   freezer == -ENOENT ? "it has no cgroup of its own" : NULL,
					   "freeze CT %u at a limit, as " KEY " in its configuration asks",
					   ctid);
	}
	ret = vznl_set(nl, ctid, set, n, false, freezer);
	if (freezer >= 0)
		close(freezer);
	return ret ? report_fail(report, EXIT_FAILED, -ret, vznl_sentence(nl),
				 "do for CT %u what " KEY " in its configuration asks",
				 ctid) : EXIT_OK;
}

int onlimit_apply(struct vznl *nl, uint32_t ctid, const struct conf *c,
		  struct report *report)
{
	struct vz_reslist res = { 0 };
	struct vz_set *set;
	int n, ret;

	if (!conf_get(c, KEY))
		return EXIT_OK;
	ret = vznl_res(nl, &res);
	if (ret)
		return report_fail(report, EXIT_FAILED, -ret, vznl_sentence(nl),
				   "list the kernel's resources");
	set = calloc(res.n + 1, sizeof(*set));
	n = set ? onlimit_read(c, ctid, &res, set, report) :
		  -report_fail(report, EXIT_FAILED, ENOMEM, NULL,
			       "read what " KEY " of CT %u asks", ctid);
	ret = n > 0 ? set_all(nl, ctid, set, n, report) : n ? EXIT_FAILED : EXIT_OK;
	free(set);
	vz_reslist_free(&res);
	return ret;
}
