// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what a container may ask of the disk its private area lies on, by its cgroup
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "engine/cgroup.h"
#include "engine/io.h"

#define USUAL_PRIO	4

/* The first line of a file of sysfs, "" without. */
static void line_of(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "re");

	*line = '\0';
	if (f && !fgets(line, size, f))
		*line = '\0';
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
}

/*
 * The disk of the private area as "MAJOR:MINOR", of a partition that of the whole, for
 * others have no limits. Return: false where it lies on no disk of its own.
 */
static bool disk_of(uint32_t ctid, const struct conf *c, char *disk, size_t size)
{
	char private[PATH_MAX], path[64];
	struct stat st;

	conf_private(c, ctid, private, sizeof(private));
	if (stat(private, &st))
		return false;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/partition",
		 major(st.st_dev), minor(st.st_dev));
	if (access(path, F_OK)) {
		snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/dev",
			 major(st.st_dev), minor(st.st_dev));
	} else {
		snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/../dev",
			 major(st.st_dev), minor(st.st_dev));
	}
	line_of(path, disk, size);
	return *disk;
}

static bool is_there(uint32_t ctid, const char *file)
{
	char line[32];

	return !cgroup_read(ctid, file, line, sizeof(line));
}

static int fail(uint32_t ctid, const char *file, int ret, const char *sentence,
		struct report *report)
{
	report_fail(report, EXIT_FAILED, -ret, sentence, "write %s of the cgroup of CT %u",
		    file, ctid);
	return ret;
}

/* One kind of figure of io.max, for reading and for writing. */
static int put_max(uint32_t ctid, const struct conf *c, uint64_t v, const char *kind,
		   struct report *report)
{
	char disk[32], text[24], line[128];
	int ret;

	if (!disk_of(ctid, c, disk, sizeof(disk)))
		return v ? fail(ctid, "io.max", -ENODEV,
				"its private area lies on no disk of which that could be said; put it on one with ext4 or XFS",
				report) : 0;
	if (v)
		snprintf(text, sizeof(text), "%" PRIu64, v);
	else
		strcpy(text, "max");
	snprintf(line, sizeof(line), "%s r%s=%s w%s=%s", disk, kind, text, kind, text);
	ret = cgroup_write(ctid, "io.max", line);
	if (ret == -ENOENT && !v)
		return 0;
	return ret ? fail(ctid, "io.max", ret, ret == -ENOENT ?
			  "its cgroup has no io controller" : NULL, report) : 0;
}

static int apply_bytes(uint32_t ctid, const struct conf *c, bool all, struct report *report)
{
	const char *word = globalconf(c, "IOLIMIT");
	uint64_t v = 0;
	bool have = word && *word && iolimit_parse(word, VZCTX_UNIT_BYTES, &v);

	if (v)
		report_step(report, "Setting iolimit: %" PRIu64 " bytes/sec", v);
	return have || all ? put_max(ctid, c, v, "bps", report) : 0;
}

static int apply_requests(uint32_t ctid, const struct conf *c, bool all,
			  struct report *report)
{
	uint64_t v = 0;
	bool have = confkey_number(c, "IOPSLIMIT", &v);

	if (have && v)
		report_step(report, "Setting iopslimit: %" PRIu64 " iops", v);
	return have || all ? put_max(ctid, c, have ? v : 0, "iops", report) : 0;
}

/* Whether something looks at weights when it is the disk's turn. */
static void tell_scheduler(uint32_t ctid, const struct conf *c, struct report *report)
{
	char disk[32], path[80], line[256];

	if (!disk_of(ctid, c, disk, sizeof(disk)))
		return;
	snprintf(path, sizeof(path), "/sys/dev/block/%s/queue/scheduler", disk);
	line_of(path, line, sizeof(line));
	if (strstr(line, "[bfq]"))
		return;
	cgroup_find(0, "../io.cost.qos", disk, line, sizeof(line));
	if (!strstr(line, "enable=1"))
		report_note(report, "warning: the weight that ioprio of CT %u gives counts once the disk %s is scheduled by BFQ: `modprobe bfq; echo bfq >%s`",
			    ctid, disk, path);
}

static int apply_weight(uint32_t ctid, const struct conf *c, bool all,
			struct report *report)
{
	static const char *const files[] = { "io.bfq.weight", "io.weight" };
	uint64_t prio = USUAL_PRIO;
	bool have = confkey_number(c, "IOPRIO", &prio), any = false;
	char text[24];
	int ret = 0;

	if (!have && !all)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu64, (prio + 1) * 20);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!is_there(ctid, files[i]))
			continue;
		any = true;
		ret = cgroup_write(ctid, files[i], text);
		if (ret)
			return fail(ctid, files[i], ret, NULL, report);
	}
	if (!have)
		return 0;
	report_step(report, "Setting I/O priority: %" PRIu64, prio);
	if (!any)
		return fail(ctid, "io.weight", -ENOENT,
			    "this kernel weighs no disk's users; `modprobe bfq` has it do so",
			    report);
	if (prio != USUAL_PRIO)
		tell_scheduler(ctid, c, report);
	return 0;
}

int cgio_apply(uint32_t ctid, const struct conf *c, int parts, struct report *report)
{
	const bool all = parts;
	int ret = 0;

	if (!all || (parts & CGIO_BYTES))
		ret = apply_bytes(ctid, c, all, report);
	if (!ret && (!all || (parts & CGIO_REQUESTS)))
		ret = apply_requests(ctid, c, all, report);
	if (!ret && (!all || (parts & CGIO_WEIGHT)))
		ret = apply_weight(ctid, c, all, report);
	return ret;
}

void cgio_read(uint32_t ctid, const struct conf *c, struct cgio *was)
{
	char disk[32];

	*was = (struct cgio){ 0 };
	if (disk_of(ctid, c, disk, sizeof(disk)) &&
	    cgroup_find(ctid, "io.max", disk, was->max, sizeof(was->max)) == -ENODATA)
		snprintf(was->max, sizeof(was->max), "%s rbps=max wbps=max riops=max wiops=max",
			 disk);
	cgroup_find(ctid, "io.bfq.weight", "default", was->bfq, sizeof(was->bfq));
	cgroup_find(ctid, "io.weight", "default", was->weight, sizeof(was->weight));
}

int cgio_put_back(uint32_t ctid, const struct cgio *was)
{
	int ret = *was->max ? cgroup_write(ctid, "io.max", was->max) : 0, one;

	one = *was->bfq ? cgroup_write(ctid, "io.bfq.weight", was->bfq) : 0;
	ret = ret ? ret : one;
	one = *was->weight ? cgroup_write(ctid, "io.weight", was->weight) : 0;
	return ret ? ret : one;
}
