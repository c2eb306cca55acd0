// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the limits a command line asks for
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/confwarn.h"
#include "lib/parse.h"
#include "limit/conflimit.h"
#include "limit/limitset.h"
#include "limit/onlimit.h"

static int no_resource(const struct vz_reslist *res, int len, const char *word,
		       struct report *report)
{
	size_t size = 0;
	char *names;
	FILE *f = open_memstream(&names, &size);

	report_wrong(report, EXIT_USAGE, "no resource \"%.*s\"", len, word);
	if (!f)
		return EXIT_USAGE;
	for (size_t i = 0; i < res->n; i++)
		fprintf(f, " %s", res->v[i].name);
	if (!fclose(f))
		report_note(report, "resources are:%s", names);
	free(names);
	return EXIT_USAGE;
}

const struct vz_set *limitset_find(const struct limitset *s, uint32_t id)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].id == id)
			return &s->v[i];
	return NULL;
}

int limitset_word(struct limitset *s, const struct vz_reslist *res,
		  const char *word, struct report *report)
{
	struct vz_set *set = &s->v[s->n];
	const char *eq = strchr(word, '=');
	enum reading read = READ_OK;
	const struct vz_res *r;
	char name[32];

	if (s->n + 4 >= LIMITSET_MAX)
		return report_wrong(report, EXIT_USAGE, "more limits than resources");
	if (!eq && !s->act)
		return report_wrong(report, EXIT_USAGE, "\"%s\" is no RES=BAR[:LIM]", word);
	*set = (struct vz_set){ .act = s->act, .action = s->action,
				.keep = !eq };
	if (!eq)
		eq = word + strlen(word);
	snprintf(name, sizeof(name), "%.*s", (int)(eq - word), word);
	r = eq - word < (long)sizeof(name) ? res_by_name(res, name) : NULL;
	if (!r)
		return no_resource(res, eq - word, word, report);
	if (!set->keep)
		read = parse_barlim(eq + 1, r->unit, &set->barrier,
				    &set->limit);
	if (read == READ_CUT)
		report_note(report, "warning: \"%s\" is too large, the largest figure, which is unlimited, stands for it",
			    word);
	if (!read)
		return report_wrong(report, EXIT_USAGE, "\"%s\" is no limit for %s: %s",
				    eq + 1, r->name,
				    r->unit == VZCTX_UNIT_ITEMS ?
				    "a number or unlimited" :
				    "a number with K, M, G, T or P, or unlimited");
	if (set->barrier > set->limit)
		return report_wrong(report, EXIT_USAGE, "barrier above limit in \"%s\"",
				    word);
	if (limitset_find(s, r->id))
		return report_wrong(report, EXIT_USAGE, "%s is given twice", name);
	set->id = r->id;
	s->own = ++s->n;
	return EXIT_OK;
}

int limitset_profile(struct limitset *s, const struct vz_reslist *res,
		     const struct profile *profile, struct report *report)
{
	for (const struct profile_limit *p = profile->limit; p->barlim; p++) {
		const struct vz_res *r = res_by_id(res, p->id);
		struct vz_set *set = &s->v[s->n];

		if (!r || limitset_find(s, r->id))
			continue;
		*set = (struct vz_set){ .id = r->id };
		if (!parse_barlim(p->barlim, r->unit, &set->barrier,
				  &set->limit))
			return report_fail(report, EXIT_FAILED, EINVAL, NULL,
					   "use profile %s", profile->name);
		s->n++;
	}
	return EXIT_OK;
}

size_t limitset_settable(const struct limitset *s, const struct vz_reslist *res,
			 struct vz_set *live, struct report *report)
{
	char left_out[512] = "";
	size_t n = 0, len = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct vz_res *r = res_by_id(res, s->v[i].id);

		if (i < s->own || (r && r->counted != VZCTX_COUNTED_NO))
			live[n++] = s->v[i];
		else if (r && len < sizeof(left_out))
			len += snprintf(left_out + len, sizeof(left_out) - len,
					" %s", r->name);
	}
	if (len)
		report_note(report, "not counted on this kernel, so not limited:%s",
			    left_out);
	return n;
}

static int change(const struct limitset *s, const struct vz_reslist *res,
		  struct conf *c)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < s->n; i++)
		if (!s->v[i].keep)
			ret = conflimit_write(c, res, &s->v[i], 1);
	return ret ? ret : onlimit_write(c, res, s->v, s->n);
}

int limitset_save(const struct limitset *s, const struct vz_reslist *res,
		  uint32_t ctid, struct report *report)
{
	int lock = conf_lock(), ret = 0;
	struct conf *c;

	if (lock < 0)
		return report_fail(report, EXIT_FAILED, -lock, NULL,
				   "save limits of CT %u", ctid);
	c = conf_load(ctid);
	if (!c)
		ret = -errno;
	if (!ret)
		ret = change(s, res, c);
	if (!ret) {
		conf_warn(c, report);
		ret = conf_save(c, ctid);
	}
	conf_free(c);
	close(lock);
	return ret ? report_fail(report, EXIT_FAILED, -ret, NULL,
				 "save limits of CT %u", ctid) : EXIT_OK;
}
