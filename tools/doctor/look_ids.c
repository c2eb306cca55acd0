// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - looks at namespaces and ranges of ids
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/idrange.h"
#include "doctor/facts.h"
#include "doctor/look_ids.h"

void look_namespaces(const struct host *h, struct finding *f)
{
	static const char *const kinds[] = {
		"user", "pid", "mnt", "net", "ipc", "uts", "cgroup",
	};
	char path[64];
	uint64_t max;
	int ret;

	(void)h;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces",
			 kinds[i]);
		ret = fact_number(path, &max);
		if (!ret && max)
			continue;
		finds(f, HEALTH_BAD, ret ? "%s cannot be read: %s" :
		      "%s is 0, so no container can start", path, strerror(-ret));
		return;
	}
	finds(f, HEALTH_GOOD, "each kind may be made");
}

void look_nesting(const struct host *h, struct finding *f)
{
	uint64_t on = 1;

	(void)h;
	/* Debian's kernels alone have this switch. */
	if (!fact_number("/proc/sys/kernel/unprivileged_userns_clone", &on) && !on)
		finds(f, HEALTH_WEAKER, "kernel.unprivileged_userns_clone is 0: containers start, but inside nobody can make a user namespace");
	else
		finds(f, HEALTH_GOOD, "they may be made");
}

/* What other users were given in a file of the host. */
struct given {
	const char *file;
	char who[64];		/* whose ids are a container's too, or "" */
	uint32_t ctid;
	uint64_t first, count;	/* of the range at hand */
	char owner[64];
};

static int clash(uint32_t ctid, const struct conf *c, void *arg)
{
	struct given *g = arg;
	uint32_t base;

	if (*g->who || !c || !conf_id_base(c, &base) ||
	    g->first >= (uint64_t)base + ID_COUNT || g->first + g->count <= base)
		return 0;
	g->ctid = ctid;
	snprintf(g->who, sizeof(g->who), "%s", g->owner);
	return 0;
}

static void compare(const char *owner, uint64_t first, uint64_t count, void *arg)
{
	struct given *g = arg;

	snprintf(g->owner, sizeof(g->owner), "%s", owner);
	g->first = first;
	g->count = count > UINT32_MAX ? UINT32_MAX : count;
	conf_each(clash, g);
}

void look_ids(const struct host *h, struct finding *f)
{
	static const char *const files[] = { "/etc/subuid", "/etc/subgid" };
	int left;

	(void)h;
	for (size_t i = 0; i < 2; i++) {
		struct given g = { .file = files[i] };
		int ret = idrange_each(files[i], compare, &g);

		if (ret) {
			finds(f, HEALTH_UNTOLD, "%s cannot be read: %s",
			      files[i], strerror(-ret));
			return;
		}
		if (*g.who) {
			finds(f, HEALTH_WEAKER, "by %s the user %s has ids of CT %u, and can do in it what its users can",
			      files[i], g.who, g.ctid);
			return;
		}
	}
	left = idrange_left();
	if (left < 0)
		finds(f, HEALTH_UNTOLD, "configurations cannot be read: %s",
		      strerror(-left));
	else if (!left)
		finds(f, HEALTH_BAD, "no range is left for a new container");
	else
		finds(f, HEALTH_GOOD, "%d ranges are left for new containers", left);
}
