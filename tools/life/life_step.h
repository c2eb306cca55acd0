/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the steps that several parts of a life are made of
 *
 * The caller holds the container's lock (running_lock()) exclusively, where
 * nothing else is said. What fails is reported.
 */
#ifndef _VZCTX_LIFE_LIFE_STEP_H
#define _VZCTX_LIFE_LIFE_STEP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "conf/conf.h"
#include "lib/report.h"
#include "module/nl.h"
#include "tree/place.h"

/** Return: EXIT_OK or an outcome, with nothing left mounted. */
int mount_step(uint32_t ctid, const struct conf *c, struct report *report);
int umount_step(uint32_t ctid, const struct conf *c, struct report *report);

/** Needs no lock. */
bool is_mounted(uint32_t ctid, const struct conf *c);

/**
 * is_running - asks the module; needs no lock
 * @nl: what is open already, or NULL
 *
 * Return: 1 running, 0 not, -1 if that cannot be told.
 */
int is_running(struct vznl *nl, uint32_t ctid, const char *intent,
	       struct report *report);

/** After conf_load() failed, by errno. Return: OUT_NO_CONF or OUT_BAD_CONF. */
int no_conf(uint32_t ctid, const char *intent, struct report *report);

/** A create or destroy that is not over. Return: EXIT_OK or OUT_UNFINISHED. */
int check_finished(uint32_t ctid, const struct conf *c, const char *intent,
		   struct report *report);

/**
 * life_plug - gives it the networks that its configuration speaks of
 * @pid: its init, which is parked, so that its network is the one made for it
 *
 * Return: EXIT_OK or an outcome, and then life_unplug() is due.
 */
int life_plug(struct vznl *nl, uint32_t ctid, const struct conf *c, pid_t pid,
	      const char *intent, struct report *report);

/**
 * life_unplug - removes from the host what its network had there
 * @nl: what is open already, or NULL
 * @c: NULL: its configuration is gone
 */
void life_unplug(struct vznl *nl, uint32_t ctid, const struct conf *c,
		 struct report *report);

/**
 * private_remove - removes the private area, as tree_remove()
 *
 * Return: 0 (also if there is none) or -errno; *why is "" or what keeps the
 * directory from being the container's to remove.
 */
int private_remove(uint32_t ctid, const struct conf *c, struct place *why);

/** The disk quota of what is to be started or mounted; without one it is a warning. */
void quota_step(const struct place *private, uint32_t ctid, const struct conf *c,
		struct report *report);

/** An empty directory that is to be a private area: what comes into it is counted. */
void quota_new(int fd, uint32_t ctid, const struct conf *c);

#endif /* _VZCTX_LIFE_LIFE_STEP_H */
