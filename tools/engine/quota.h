/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - how much of a file system a container may use, by its project quota
 *
 * The private area of a container is a project whose number is the CTID. All functions
 * take a descriptor of that directory that can be read from.
 */
#ifndef _VZCTX_ENGINE_QUOTA_H
#define _VZCTX_ENGINE_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "lib/report.h"

/** struct quota_part - of space, in bytes, or of inodes; a limit of 0: none */
struct quota_part {
	uint64_t used, soft, hard;
	uint64_t until;		/* soft limit passed: when it becomes a hard one; 0: not */
};

struct quota {
	struct quota_part space, inodes;
};

/** struct quota_why - what keeps a file system from limiting a directory, and the way out */
struct quota_why {
	char sentence[512];
};

/**
 * quota_ready - whether its file system limits projects; switches that on if it only counts
 *
 * Return: 0 or -errno, @why being set.
 */
int quota_ready(int fd, const char *path, struct quota_why *why);

/** Return: 0 or -errno; -ESRCH where the file system counts no projects. */
int quota_get(int fd, uint32_t id, struct quota *q);

/** Sets the four limits. Return: 0 or -errno. */
int quota_set(int fd, uint32_t id, const struct quota *q);

/** How long soft limits of projects of this file system may be passed. Return: 0 or -errno. */
int quota_set_grace(int fd, uint64_t seconds);

/** struct quota_conf - what a configuration says */
struct quota_conf {
	bool off;		/* DISK_QUOTA=no */
	bool limits;		/* it has DISKSPACE or DISKINODES */
	struct quota q;		/* the limits */
	uint64_t grace;		/* seconds; 0: not the file system's matter */
};

void quota_read_conf(const struct conf *c, struct quota_conf *qc);

/**
 * quota_usage - what a container uses, for those who only look
 * @path: its private area
 *
 * Return: 0, or -errno where that is not counted.
 */
int quota_usage(const char *path, uint32_t ctid, struct quota *q);

#endif /* _VZCTX_ENGINE_QUOTA_H */
