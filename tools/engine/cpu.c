// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a container's share of the processors, by its cgroup
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "engine/cgroup.h"
#include "engine/cpu.h"

#define PERIOD		100000	/* us, the kernel's own */
#define UNITS		1000

static int put(uint32_t ctid, const char *file, const char *text,
	       struct report *report)
{
	int ret = cgroup_write(ctid, file, text);

	if (ret)
		report_fail(report, EXIT_FAILED, -ret, ret == -ENOENT ?
			    "its cgroup has no cpu controller" : NULL,
			    "write %s of the cgroup of CT %u", file, ctid);
	return ret;
}

static int set_weight(uint32_t ctid, uint64_t units, struct report *report)
{
	uint64_t weight = units / 10;
	char text[24];

	weight = weight < 1 ? 1 : weight > 10000 ? 10000 : weight;
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

int cgcpu_apply(uint32_t ctid, const struct conf *c, bool all,
		struct report *report)
{
	uint64_t units, limit = 0, cpus = 0, percent;
	bool have_units = confkey_number(c, "CPUUNITS", &units);
	bool have_limit = confkey_number(c, "CPULIMIT", &limit);
	bool have_cpus = confkey_number(c, "CPUS", &cpus);
	int ret = 0;

	if (have_units)
		report_step(report, "Setting CPU units: %" PRIu64, units);
	if (have_units || all)
		ret = set_weight(ctid, have_units ? units : UNITS, report);
	if (ret)
		return ret;
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

void cgcpu_read(uint32_t ctid, struct cgcpu *was)
{
	if (cgroup_read(ctid, "cpu.weight", was->weight, sizeof(was->weight)))
		*was->weight = '\0';
	if (cgroup_read(ctid, "cpu.max", was->max, sizeof(was->max)))
		*was->max = '\0';
}

int cgcpu_put_back(uint32_t ctid, const struct cgcpu *was)
{
	int ret = *was->weight ? cgroup_write(ctid, "cpu.weight", was->weight) : 0;
	int also = *was->max ? cgroup_write(ctid, "cpu.max", was->max) : 0;

	return ret ? ret : also;
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
