// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - whether a container's range of ids is its own
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "life/idcheck.h"
#include "module/running.h"

/* Whether a task's user namespace has one of the ids; gone is no. */
static bool has_ids(uint32_t pid, uint64_t base)
{
	unsigned long long inside, outside, count;
	bool has = false;
	char path[32];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/uid_map", pid);
	f = fopen(path, "re");
	while (f && !has &&
	       fscanf(f, "%llu %llu %llu", &inside, &outside, &count) == 3)
		/* The host's own namespace has all ids, and is nobody's range. */
		has = outside && base < outside + count &&
		      outside < base + ID_COUNT;
	if (f)
		fclose(f);
	return has;
}

int idcheck(struct vznl *nl, uint32_t ctid, uint32_t base, const char *intent,
	    struct report *report)
{
	struct vz_ctxlist list = { 0 };
	char sentence[160];
	int ret;

	if (base < ID_COUNT)
		return report_fail(report, OUT_BAD_CONF, 0,
				   "LOCAL_UID and LOCAL_GID have to be 65536 or more, below that are the host's own users",
				   "%s", intent);
	ret = vznl_list(nl, &list);
	if (ret)
		return report_fail(report, EXIT_FAILED, -ret, NULL, "%s",
				   intent);
	for (size_t i = 0; !ret && i < list.n; i++) {
		if (list.v[i].ctid == ctid || !list.v[i].pid ||
		    !has_ids(list.v[i].pid, base))
			continue;
		snprintf(sentence, sizeof(sentence),
			 "its ids are those of CT %u, which runs; without LOCAL_UID and LOCAL_GID in its file it gets ids of its own",
			 list.v[i].ctid);
		ret = report_fail(report, OUT_BAD_CONF, 0, sentence, "%s",
				  intent);
	}
	vz_ctxlist_free(&list);
	return ret;
}

#define TRIES		500
#define PAUSE_MS	20

/* A byte of the file is an id; from 0 on all of them. */
static int lock_ids(int fd, uint32_t base, short how)
{
	struct flock l = {
		.l_type = how, .l_whence = SEEK_SET,
		.l_start = base, .l_len = base ? ID_COUNT : 0,
	};

	return fcntl(fd, F_OFD_SETLK, &l) ? -errno : 0;
}

int idcheck_hold(uint32_t base, const char *intent, struct report *report)
{
	const struct timespec pause = { 0, PAUSE_MS * 1000000L };
	int fd = running_file("ids"), ret = fd < 0 ? fd : -EAGAIN;

	for (int i = 0; ret == -EAGAIN && i < TRIES; i++) {
		if (i)
			nanosleep(&pause, NULL);
		ret = lock_ids(fd, base, F_WRLCK);
	}
	if (!ret)
		return fd;
	if (fd >= 0)
		close(fd);
	report_fail(report, ret == -EAGAIN ? OUT_LOCKED : EXIT_FAILED, -ret,
		    ret == -EAGAIN ? "another container with some of its ids is just being started; try again" :
		    NULL, "%s", intent);
	return -1;
}

void idcheck_let_go(int fd)
{
	lock_ids(fd, 0, F_UNLCK);
	close(fd);
}
