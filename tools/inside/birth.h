/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - how a context is born
 *
 *   parent                              child
 *   private mount namespace
 *   cgroup vz/CTID
 *   clone of the private area (fd)
 *   clone3 ---------------------------> parked on the channel, single
 *   uid_map, gid_map
 *   idmap the clone, mount it nodev
 *   bind: the module learns and charges
 *   go -------------------------------> mount and cgroup namespace of its own
 *                                       file systems, pivot_root, confine
 *   end of file <---------------------- exec
 */
#ifndef _VZCTX_INSIDE_BIRTH_H
#define _VZCTX_INSIDE_BIRTH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "inside/tty.h"
#include "lib/report.h"

/** struct birth - what is to be born */
struct birth {
	uint32_t ctid;
	uint32_t id_base;	/* host id of the context's root */
	const char *private;	/* the tree, owned by ids 0..65535 on disk */
	const char *root;	/* where it is mounted, without links; mounts
				 * below come along */
	dev_t dev;		/* what lies there, and may alone be given away */
	ino_t ino;
	const char *hostname;
	char **argv;		/* the command, or NULL: the tree's own init */
	bool verbose;
	bool no_filter;		/* NETFILTER=disabled: does not administer its network */
	bool nesting;		/* user namespaces inside may mount a /proc */
	/** Binds the parked @pid. Return: EXIT_OK or an outcome it has reported. */
	int (*bind)(pid_t pid, void *arg);
	void *arg;
	struct report *report;
};

/**
 * birth - makes the context run
 * @t: initialised; afterwards the caller's end of the standard descriptors
 * @pid: the context's init, a child of the caller
 * @err: the errno that ended a step of the child, else 0
 *
 * Return: EXIT_OK, or an outcome that has been reported, with nothing left behind.
 */
int birth(const struct birth *b, struct tty *t, pid_t *pid, int *err);

#endif /* _VZCTX_INSIDE_BIRTH_H */
