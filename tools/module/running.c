// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - finding a running context
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "lib/parse.h"
#include "lib/report.h"
#include "module/ended.h"
#include "module/running.h"

/* From the end of the init until the kernel has buried every task. */
#define GONE_TRIES	500
#define GONE_PAUSE_MS	20

#define LOCK_DIR	"/run/vzctx"
#define LOCK_TRIES	500
#define LOCK_PAUSE_MS	20

int running_not(struct vznl *nl, uint32_t ctid, const char *intent, bool start,
		int err, struct report *report)
{
	char text[256], how[160];
	struct conf *c;
	int ret;

	if (err != -ENOENT)
		return report_fail(report, EXIT_FAILED, -err, vznl_sentence(nl),
				   "%s", intent);
	c = conf_load(ctid);
	if (c)
		snprintf(text, sizeof(text),
			 start ? "it is not running%s; start it with `%s start %u`" :
				 "it is not running%s",
			 ended_text(ctid, how, sizeof(how)), prog_name, ctid);
	else
		snprintf(text, sizeof(text),
			 "there is no such CT; `vzctx list --all` shows those there are");
	ret = c ? OUT_NOT_RUNNING : OUT_NO_CONF;
	conf_free(c);
	return report_fail(report, ret, 0, text, "%s", intent);
}

int running_get(struct vznl *nl, uint32_t ctid, const char *intent, bool start,
		struct vz_ctx *c, int *pidfd, struct report *report)
{
	struct vz_ctx again;
	int ret = vznl_get(nl, ctid, c);

	if (ret)
		return running_not(nl, ctid, intent, start, ret, report);
	*pidfd = c->pid ? pidfd_open(c->pid, 0) : -1;
	if (*pidfd < 0) {
		ret = c->pid ? errno : ESRCH;
		vz_ctx_free(c);
		return report_fail(report, EXIT_FAILED, ret, "its init is gone",
				   "%s", intent);
	}

	/*
	 * If the pid still is the init's now that the descriptor exists, the
	 * descriptor is the init's: a pid is not given out twice in between
	 * while its first owner lives.
	 */
	ret = vznl_get(nl, ctid, &again);
	if (!ret && (again.pid != c->pid || again.since != c->since))
		ret = -ENOENT;
	if (!ret) {
		vz_ctx_free(&again);
		return EXIT_OK;
	}
	close(*pidfd);
	vz_ctx_free(c);
	return running_not(nl, ctid, intent, start, ret, report);
}

static void say_full(uint32_t ctid, const struct vz_res *r,
		     const struct vz_bc *bc, struct report *report)
{
	uint64_t now = bc->held > bc->barrier ? bc->held : bc->barrier;
	char bar[24], lim[24];

	format_amount(bc->barrier, bar, sizeof(bar));
	format_amount(bc->limit, lim, sizeof(lim));
	report_wrong(report, EXIT_FAILED,
		     "cannot run in CT %u: %s limit reached (held %" PRIu64 ", barrier %s, limit %s, failcnt %" PRIu64 "); raise it with `vzctx limit %u %s=%" PRIu64 "`",
		     ctid, r->name, bc->held, bar, lim, bc->failcnt, ctid,
		     r->name, now + now / 2 + 2);
}

bool running_explain(struct vznl *nl, const struct vz_ctx *before, int err,
		     struct report *report)
{
	struct vz_reslist res = { 0 };
	struct vz_ctx c = { 0 };
	bool said = false;

	if (vznl_res(nl, &res) || vznl_get(nl, before->ctid, &c) ||
	    c.since != before->since)
		goto out;
	for (size_t i = 0; !said && i < res.n; i++) {
		const struct vz_res *r = &res.v[i];
		const struct vz_bc *was = vz_ctx_bc(before, r->id);
		const struct vz_bc *bc = vz_ctx_bc(&c, r->id);

		if (!was || !bc || (int)r->err != err ||
		    bc->failcnt == was->failcnt)
			continue;
		say_full(c.ctid, r, bc, report);
		said = true;
	}
out:
	vz_ctx_free(&c);
	vz_reslist_free(&res);
	return said;
}

/* Who it is stands in the file, for those who wait in vain. */
static void sign(int fd, const char *verb)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%d %s\n", getpid(), verb);

	if (ftruncate(fd, 0) || pwrite(fd, text, len, 0) != len)
		return;
}

int running_file(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), LOCK_DIR "/%s", name);
	if (mkdir(LOCK_DIR, 0700) && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? -errno : fd;
}

int running_file_lock(const char *name, int how)
{
	const struct timespec pause = { 0, LOCK_PAUSE_MS * 1000000L };
	int fd = running_file(name), err = 0;

	if (fd < 0)
		return fd;
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (!flock(fd, how | LOCK_NB))
			return fd;
		err = errno;
		if (err != EWOULDBLOCK)
			break;
		nanosleep(&pause, NULL);
	}
	close(fd);
	return -err;
}

int running_lock(uint32_t ctid, int how, const char *verb)
{
	char name[16];
	int fd;

	snprintf(name, sizeof(name), "%u", ctid);
	fd = running_file_lock(name, how);
	if (fd >= 0 && how == LOCK_EX)
		sign(fd, verb);
	return fd;
}

int running_busy(int lock, uint32_t ctid, const char *intent,
		 struct report *report)
{
	char path[64], who[64] = "", text[128], *verb;
	FILE *f;

	if (lock != -EWOULDBLOCK)
		return report_fail(report, EXIT_FAILED, -lock, NULL, "%s",
				   intent);
	snprintf(path, sizeof(path), LOCK_DIR "/%u", ctid);
	f = fopen(path, "re");
	if (f) {
		if (fgets(who, sizeof(who), f))
			who[strcspn(who, "\n")] = '\0';
		fclose(f);
	}
	verb = strchr(who, ' ');
	if (verb)
		*verb++ = '\0';
	snprintf(text, sizeof(text), "process %s is at work on it (%s)",
		 *who ? who : "unknown", verb ? verb : "?");
	return report_fail(report, OUT_LOCKED, 0, text, "%s", intent);
}

static void mark_path(uint32_t ctid, char *buf, size_t size)
{
	snprintf(buf, size, LOCK_DIR "/%u.stop", ctid);
}

void running_mark_stop(uint32_t ctid, pid_t init)
{
	char path[64];
	FILE *f;

	mark_path(ctid, path, sizeof(path));
	if (mkdir(LOCK_DIR, 0700) && errno != EEXIST)
		return;
	f = fopen(path, "we");
	if (!f)
		return;
	fprintf(f, "%d\n", init);
	fclose(f);
}

bool running_take_stop(uint32_t ctid, pid_t init)
{
	char path[64], line[32];
	bool mine = false;
	uint64_t pid;
	FILE *f;

	mark_path(ctid, path, sizeof(path));
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		mine = parse_u64(line, INT32_MAX, &pid) && (pid_t)pid == init;
	}
	fclose(f);
	unlink(path);
	return mine;
}

int running_wait_gone(struct vznl *nl, uint32_t ctid, uint64_t since)
{
	const struct timespec pause = { 0, GONE_PAUSE_MS * 1000000L };

	for (int i = 0; i < GONE_TRIES; i++) {
		struct vz_ctx c;
		int ret = vznl_get(nl, ctid, &c);

		if (ret)
			return ret == -ENOENT ? 0 : ret;
		vz_ctx_free(&c);
		/* A namesake that was started meanwhile is not to be waited for. */
		if (since && c.since != since)
			return 0;
		nanosleep(&pause, NULL);
	}
	return -ETIMEDOUT;
}
