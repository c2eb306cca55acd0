// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the disk quota of a container
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/quota.h"
#include "life/life.h"
#include "life/life_step.h"
#include "module/running.h"
#include "tree/area.h"
#include "tree/project.h"

/* What is done with it, and why it failed. */
struct job {
	uint32_t ctid;
	int fd;			/* of the private area */
	const char *path;
	struct quota_conf conf;
	bool anew;		/* all files are to be counted again */
	struct life_quota_was *was;
	struct report *report;
	struct quota_why why;
};

/* Its files belong to the project from now on. */
static int count(struct job *j)
{
	uint64_t left = 0;
	uint32_t id = 0;
	int ret = project_of(j->fd, &id);

	if (ret || (id == j->ctid && !j->anew))
		return ret ? refuse(&j->why, -ret, "%s: %s", j->path, strerror(-ret)) : 0;
	ret = project_tree(j->fd, j->ctid, &left);
	if (ret)
		return refuse(&j->why, -ret, "cannot make what is in %s project %u: %s",
			      j->path, j->ctid, strerror(-ret));
	if (left)
		report_note(j->report, "CT %u: %" PRIu64 " links and special files that were there before are not counted by its disk quota",
			    j->ctid, left);
	return 0;
}

/* What the configuration says; to one without limits, none. */
static int limit(struct job *j)
{
	int ret = 0;

	if (j->conf.grace)
		ret = quota_set_grace(j->fd, j->conf.grace);
	if (!ret)
		ret = quota_set(j->fd, j->ctid, &j->conf.q);
	return ret ? refuse(&j->why, -ret, "set the quota of project %u on %s: %s",
			    j->ctid, j->path, strerror(-ret)) : 0;
}

static int put_on(struct job *j)
{
	int ret = quota_ready(j->fd, j->path, &j->why);

	if (!ret)
		ret = count(j);
	return ret ? ret : limit(j);
}

void quota_step(const struct place *private, uint32_t ctid, const struct conf *c,
		struct report *report)
{
	struct job j = {
		.ctid = ctid, .path = private->path, .report = report,
		.fd = place_read(private, O_DIRECTORY),
	};
	uint32_t id = 0;

	quota_read_conf(c, &j.conf);
	if (j.conf.off)
		j.conf = (struct quota_conf){ 0 };
	/* Without limits only those go that an earlier start has set. */
	if (j.fd >= 0 && (j.conf.limits || (!project_of(j.fd, &id) && id == ctid)) &&
	    put_on(&j) && j.conf.limits)
		report_note(report, "warning: CT %u runs without its disk quota: %s",
			    ctid, j.why.sentence);
	if (j.fd >= 0)
		close(j.fd);
}

void quota_new(int fd, uint32_t ctid, const struct conf *c)
{
	static const struct quota none;
	struct quota_why why;
	struct quota_conf qc;

	quota_read_conf(c, &qc);
	/* What another of that number has left is not this one's. */
	if (!qc.off && !quota_ready(fd, "", &why) && !project_begin(fd, ctid))
		quota_set(fd, ctid, &none);
}

/* The private area, proved to be its own. */
static int open_area(struct place *p, uint32_t ctid, const struct conf *c,
		     struct report *report)
{
	struct areas a;
	int ret = areas_load(&a, ctid, c, report);

	if (!ret)
		ret = area_open(p, &a, AREA_PRIVATE, AREA_USE);
	else
		refuse(p, -ret, "cannot read " CONF_DIR ": %s", strerror(-ret));
	areas_free(&a);
	if (ret)
		return ret;
	if (*p->rest)
		return refuse(p, ENOENT, "there is no directory %s", p->path);
	ret = place_read(p, O_DIRECTORY);
	return ret < 0 ? refuse(p, -ret, "%s: %s", p->path, strerror(-ret)) : ret;
}

/* Return: 0 or an outcome. */
static int with_area(struct job *j, const struct conf *c, int (*fn)(struct job *j),
		     const char *intent)
{
	struct place p = PLACE_NONE;
	int ret;

	quota_read_conf(c, &j->conf);
	j->fd = open_area(&p, j->ctid, c, j->report);
	j->path = p.path;
	ret = j->fd < 0 ? j->fd : fn(j);
	if (ret)
		ret = report_fail(j->report, OUT_QUOTA, 0, j->fd < 0 ? p.sentence :
				  j->why.sentence, "%s", intent);
	if (j->fd >= 0)
		close(j->fd);
	place_close(&p);
	return ret;
}

static int start_anew(struct job *j)
{
	j->anew = true;
	return put_on(j);
}

static int take_off(struct job *j)
{
	j->conf = (struct quota_conf){ 0 };
	return limit(j);
}

int life_quota(uint32_t ctid, enum life_quota what, struct report *report)
{
	static int (*const fn[])(struct job *j) = { start_anew, put_on, take_off };
	struct job j = { .ctid = ctid, .report = report };
	struct conf *c;
	char intent[48];
	int lock, ret;

	snprintf(intent, sizeof(intent), "set the disk quota of CT %u", ctid);
	lock = running_lock(ctid, LOCK_EX, "quota");
	if (lock < 0)
		return running_busy(lock, ctid, intent, report);
	c = conf_load(ctid);
	ret = c ? with_area(&j, c, fn[what], intent) : no_conf(ctid, intent, report);
	conf_free(c);
	close(lock);
	return ret;
}

static int change(struct job *j)
{
	return j->conf.off ? take_off(j) : put_on(j);
}

static int keep(struct job *j)
{
	return quota_get(j->fd, j->ctid, &j->was->q);
}

void life_quota_keep(uint32_t ctid, const struct conf *c, struct life_quota_was *was)
{
	struct job j = { .ctid = ctid, .was = was };

	was->known = !with_area(&j, c, keep, "");
}

int life_quota_set(uint32_t ctid, const struct conf *c, struct report *report)
{
	struct job j = { .ctid = ctid, .report = report };
	char intent[48];

	snprintf(intent, sizeof(intent), "set the disk quota of CT %u", ctid);
	return with_area(&j, c, change, intent);
}

static int put_back(struct job *j)
{
	return quota_set(j->fd, j->ctid, &j->was->q);
}

int life_quota_put_back(uint32_t ctid, const struct conf *c, struct life_quota_was *was)
{
	struct job j = { .ctid = ctid, .was = was };

	return was->known && with_area(&j, c, put_back, "") ? -EIO : 0;
}
