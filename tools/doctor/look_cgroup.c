// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - looks at the cgroups
 */
#include <errno.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/facts.h"
#include "doctor/look_cgroup.h"
#include "engine/mount.h"

/* What containers have of each, and what they lack without. */
static const struct {
	const char *name, *without;
} controllers[] = {
	{ "memory", "nothing limits memory (physpages, swappages), nor counts kmemsize, oomguarpages and dcachesize" },
	{ "pids", "tasks have no second bound besides numproc" },
	{ "cpu", "cpuunits, cpulimit and cpus have no effect" },
	{ "io", "disks are not shared evenly" },
};

#define NCONTROLLERS (sizeof(controllers) / sizeof(controllers[0]))

/* The first controller that cgroup v1 has. */
static bool v1_has(char *what, size_t size)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	bool found = false;
	struct mntent *m;

	while (f && !found && (m = getmntent(f))) {
		found = !strcmp(m->mnt_type, "cgroup") && !hasmntopt(m, "name");
		if (found)
			snprintf(what, size, "%s", m->mnt_dir);
	}
	if (f)
		endmntent(f);
	return found;
}

void look_cgroup(const struct host *h, struct finding *f)
{
	char top[PATH_MAX], old[PATH_MAX];
	bool two = mnt_cgroup2(top, sizeof(top)), one = v1_has(old, sizeof(old));

	(void)h;
	if (!two)
		finds(f, HEALTH_WEAKER, "%s; containers run without a cgroup of their own",
		      one ? "only cgroup v1 is mounted" : "no cgroup2 is mounted");
	else if (one)
		finds(f, HEALTH_WEAKER, "hybrid: cgroup v1 (%.200s) is mounted besides %.200s, and its controllers are missing there",
		      old, top);
	else
		finds(f, HEALTH_GOOD, "cgroup2 on %.400s", top);
}

static int line_of(const char *file, char *line, size_t size)
{
	char top[PATH_MAX], path[PATH_MAX + 64];

	*line = '\0';
	if (!mnt_cgroup2(top, sizeof(top)))
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/%s", top, file);
	return fact_line(path, line, size);
}

void look_controllers(const struct host *h, struct finding *f)
{
	char line[256], text[400] = "";
	size_t len = 0;

	(void)h;
	if (line_of("cgroup.controllers", line, sizeof(line)) == -ENOENT) {
		finds(f, HEALTH_WEAKER, "there is no cgroup2 to have them");
		return;
	}
	for (size_t i = 0; i < NCONTROLLERS; i++)
		if (!fact_word(line, controllers[i].name) && len < sizeof(text))
			len += snprintf(text + len, sizeof(text) - len,
					"%sno %s: %s", len ? "; " : "",
					controllers[i].name,
					controllers[i].without);
	if (len)
		finds(f, HEALTH_WEAKER, "%s", text);
	else
		finds(f, HEALTH_GOOD, "%s", line);
}

/*
 * Only the root of all cgroups can have processes and switch controllers on for
 * groups below; cgroup.type is in each but that.
 */
static bool may_switch_on(void)
{
	char top[PATH_MAX], path[PATH_MAX + 64], line[32];

	if (!mnt_cgroup2(top, sizeof(top)))
		return false;
	snprintf(path, sizeof(path), "%s/cgroup.type", top);
	if (access(path, F_OK))
		return true;
	return line_of("cgroup.procs", line, sizeof(line)) && !*line;
}

void look_delegated(const struct host *h, struct finding *f)
{
	char has[256], on[256], text[256] = "";
	size_t len = 0;

	(void)h;
	if (line_of("cgroup.controllers", has, sizeof(has)) == -ENOENT) {
		finds(f, HEALTH_WEAKER, "there is no cgroup2");
		return;
	}
	line_of("cgroup.subtree_control", on, sizeof(on));
	for (size_t i = 0; i < NCONTROLLERS; i++)
		if (fact_word(has, controllers[i].name) &&
		    !fact_word(on, controllers[i].name))
			len += snprintf(text + len, sizeof(text) - len, " %s",
					controllers[i].name);
	if (!len)
		finds(f, HEALTH_GOOD, "they are on");
	else if (may_switch_on())
		finds(f, HEALTH_GOOD, "the first start of a container switches%s on", text);
	else
		finds(f, HEALTH_WEAKER, "this is a cgroup with processes in it, where%s cannot be switched on",
		      text);
}

bool controller_works(const char *controller, const char **why)
{
	char line[256];

	if (line_of("cgroup.controllers", line, sizeof(line)) == -ENOENT)
		*why = "no cgroup2 is mounted";
	else if (!fact_word(line, controller))
		*why = "cgroup2 lacks the controller for it";
	else if (line_of("cgroup.subtree_control", line, sizeof(line)),
		 !fact_word(line, controller) && !may_switch_on())
		*why = "its controller cannot be switched on";
	else
		return true;
	return false;
}
