/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - which devices a container may open, by a program of its cgroup
 *
 * DEVICES names them by number, DEVNODES as they are called in /dev. A container that has
 * neither needs no program: it has the nodes it was started with, and cannot make any.
 */
#ifndef _VZCTX_ENGINE_DEVICES_H
#define _VZCTX_ENGINE_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "conf/conf.h"
#include "lib/report.h"

#define DEVICES_MAX	128

/** struct device - one that it may open */
struct device {
	bool block;
	int major, minor;	/* minor -1: all of that major */
	bool read, write;
	char name[128];		/* of its node below /dev; "": it gets none */
};

/** struct devices - all of them that a configuration names */
struct devices {
	size_t n;
	struct device v[DEVICES_MAX];
};

/**
 * devices_read - what the configuration says
 *
 * Notes what names no device of the host's. Return: whether it says anything.
 */
bool devices_read(const struct conf *c, uint32_t ctid, struct devices *d,
		  struct report *report);

/** The node of @d called @name, of the same device; or NULL. */
const struct device *devices_node(const struct devices *d, const struct device *like);

/**
 * devices_confine - lets the cgroup vz/CTID open what every container has, and @d
 *
 * From the next open on, with no instant between the old rules and the new ones. What is
 * open stays open. Return: 0 or -errno.
 */
int devices_confine(uint32_t ctid, const struct devices *d);

/** The program that the cgroup has now: a descriptor, -ENOENT for none, or -errno. */
int devices_keep(uint32_t ctid);

/** Puts that back; @prog: what devices_keep() returned, which is closed. Return: 0 or -errno. */
int devices_put_back(uint32_t ctid, int prog);

#endif /* _VZCTX_ENGINE_DEVICES_H */
