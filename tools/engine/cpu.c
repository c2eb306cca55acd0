// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a container's share of the processors, by its cgroup
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "engine/cgroup.h"
#include "engine/cpu.h"

#define PERIOD		100000	/* us, the kernel's own */
#define UNITS		1000
#define MOST_WEIGHT	10000

/* In the order in which struct cgcpu has them. */
static const char *const files[CGCPU_FILES] = {
	"cpu.weight", "cpu.max", "cpuset.cpus", "cpuset.mems",
};

static int put(uint32_t ctid, const char *file, const char *text,
	       struct report *report)
{
	int ret = cgroup_write(ctid, file, text);

	char text_of[80];

	if (ret)
		snprintf(text_of, sizeof(text_of), ret == -ENOENT ?
			 "its cgroup has no %.*s controller" :
			 "the host has none of that number, or it is not for it",
			 (int)strcspn(file, "."), file);
	if (ret)
		report_fail(report, EXIT_FAILED, -ret, ret == -ENOENT || ret == -EINVAL ||
			    ret == -ERANGE ? text_of : NULL,
			    "write %s of the cgroup of CT %u", file, ctid);
	return ret;
}

static int set_weight(uint32_t ctid, uint64_t weight, struct report *report)
{
	char text[24];

	weight = weight < 1 ? 1 : weight > MOST_WEIGHT ? MOST_WEIGHT : weight;
	snprintf(text, sizeof(text), "%" PRIu64, weight);
	return put(ctid, "cpu.weight", text, report);
}

static int set_max(uint32_t ctid, uint64_t percent, struct report *report)
{
	char text[40];

	if (percent)
		snprintf(text, sizeof(text), "%" PRIu64 " %d",
			 percent * (PERIOD / 100), PERIOD);
	else
		snprintf(text, sizeof(text), "max %d", PERIOD);
	return put(ctid, "cpu.max", text, report);
}

static int apply_share(uint32_t ctid, const struct conf *c, bool all,
		       struct report *report)
{
	uint64_t units = UNITS, weight;
	bool have_units = confkey_number(c, "CPUUNITS", &units);
	bool have_weight = confkey_number(c, "CPUWEIGHT", &weight);

	if (have_weight)
		report_step(report, "Setting CPU weight: %" PRIu64, weight);
	else if (have_units)
		report_step(report, "Setting CPU units: %" PRIu64, units);
	return have_units || have_weight || all ?
	       set_weight(ctid, have_weight ? weight : units / 10, report) : 0;
}

static int apply_limit(uint32_t ctid, const struct conf *c, bool all,
		       struct report *report)
{
	uint64_t limit = 0, cpus = 0, percent;
	bool have_limit = confkey_number(c, "CPULIMIT", &limit);
	bool have_cpus = confkey_number(c, "CPUS", &cpus);

	if (have_limit && limit)
		report_step(report, "Setting CPU limit: %" PRIu64, limit);
	if (have_cpus && cpus)
		report_step(report, "Setting CPUs: %" PRIu64, cpus);
	percent = cpus * 100;
	if (limit && (!percent || limit < percent))
		percent = limit;
	return have_limit || have_cpus || all ?
	       set_max(ctid, percent, report) : 0;
}

/* What a mask says, or NULL: nothing that can be understood. */
static const char *mask_of(const struct conf *c, const char *key)
{
	const char *word = globalconf(c, key);
	char good[SETVAL_SIZE];

	return word && *word && confkey_read(key, word, good) ? word : NULL;
}

/* The processors of the nodes in @nodes, a list of numbers and ranges. */
static void of_nodes(const char *nodes, char *text, size_t size)
{
	size_t n = 0;

	*text = '\0';
	while (*nodes) {
		char *end, path[64], line[512];
		unsigned long from = strtoul(nodes, &end, 10), to = from;

		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		for (; from <= to && n < size; from++) {
			FILE *f;

			snprintf(path, sizeof(path), "/sys/devices/system/node/node%lu/cpulist",
				 from);
			f = fopen(path, "re");
			if (f && fgets(line, sizeof(line), f) && *line != '\n')
				n += snprintf(text + n, size - n, "%s%.*s", n ? "," : "",
					      (int)strcspn(line, "\n"), line);
			if (f)
				fclose(f);
		}
		nodes = end + (*end == ',');
	}
}

/* An empty mask is that of the cgroup above; older kernels want to be told that one. */
static int all_of(uint32_t ctid, const char *file)
{
	char above[64], text[1024];
	int ret = cgroup_write(ctid, file, "\n");

	if (ret != -ENOSPC)
		return ret;
	snprintf(above, sizeof(above), "../%s.effective", file);
	ret = cgroup_read(ctid, above, text, sizeof(text));
	return ret ? ret : cgroup_write(ctid, file, text);
}

static int apply_mask(uint32_t ctid, const char *file, const char *mask, bool all,
		      struct report *report)
{
	if (!mask && !all)
		return 0;
	/* A host without cpuset has them all anyway. */
	if (!mask || !strcmp(mask, "all")) {
		int ret = all ? all_of(ctid, file) : 0;

		return ret == -ENOENT ? 0 : ret;
	}
	report_step(report, "Setting %s: %s", strstr(file, ".cpus") ? "CPU mask" : "node mask",
		    mask);
	return put(ctid, file, mask, report);
}

static int apply_masks(uint32_t ctid, const struct conf *c, bool all,
		       struct report *report)
{
	const char *cpus = mask_of(c, "CPUMASK"), *nodes = mask_of(c, "NODEMASK");
	char text[1024];
	int ret;

	if (cpus && !strcmp(cpus, "auto") && nodes && strcmp(nodes, "all")) {
		of_nodes(nodes, text, sizeof(text));
		cpus = *text ? text : "all";
	} else if (cpus && !strcmp(cpus, "auto")) {
		cpus = "all";
	}
	ret = apply_mask(ctid, "cpuset.mems", nodes, all, report);
	return ret ? ret : apply_mask(ctid, "cpuset.cpus", cpus, all, report);
}

int cgcpu_apply(uint32_t ctid, const struct conf *c, int parts,
		struct report *report)
{
	const bool all = parts;
	int ret = 0;

	if (!all || (parts & CGCPU_SHARE))
		ret = apply_share(ctid, c, all, report);
	if (!ret && (!all || (parts & CGCPU_LIMIT)))
		ret = apply_limit(ctid, c, all, report);
	if (!ret && (!all || (parts & CGCPU_MASKS)))
		ret = apply_masks(ctid, c, all, report);
	return ret;
}

void cgcpu_read(uint32_t ctid, struct cgcpu *was)
{
	for (size_t i = 0; i < CGCPU_FILES; i++)
		was->known[i] = !cgroup_read(ctid, files[i], was->text[i],
					     sizeof(was->text[i]));
}

int cgcpu_put_back(uint32_t ctid, const struct cgcpu *was)
{
	int ret = 0, one;

	for (size_t i = 0; i < CGCPU_FILES; i++) {
		one = !was->known[i] ? 0 :
		      *was->text[i] ? cgroup_write(ctid, files[i], was->text[i]) :
		      all_of(ctid, files[i]);
		ret = ret ? ret : one;
	}
	return ret;
}

void cgcpu_warn(uint32_t ctid, const struct conf *c, struct report *report)
{
	const long have = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t cpus, limit;

	if (have <= 0)
		return;
	if (confkey_number(c, "CPUS", &cpus) && cpus > (uint64_t)have)
		report_note(report, "warning: CPUS=%" PRIu64 " of CT %u is more than the %ld processors of this host, so it limits nothing; --cpus %ld or less does",
			    cpus, ctid, have, have);
	if (confkey_number(c, "CPULIMIT", &limit) && limit > (uint64_t)have * 100)
		report_note(report, "warning: CPULIMIT=%" PRIu64 " of CT %u is more than the %ld per cent that the processors of this host have, so it limits nothing; a smaller one does",
			    limit, ctid, have * 100);
}
