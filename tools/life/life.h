/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the life of a container, step by step
 *
 * What the verbs of vzctx and the commands of vzctl share. Each function
 * takes the locks it needs, prints nothing, reports what happens and what fails
 * (report.h), and returns EXIT_OK, EXIT_NOMODULE or an enum outcome. What runs
 * inside, and an action script, has the standard descriptors of the caller; that
 * vz.conf cannot be read is for globalconf_unread. The program has called
 * caller_begin().
 *
 * Nothing of a life is kept but in the configuration, the kernel and the mount
 * table. A create or destroy under way is written down in the configuration
 * first (LIFE_KEY), so that whoever comes after a tool that was killed, or
 * after a loss of power, knows what it was at.
 */
#ifndef _VZCTX_LIFE_H
#define _VZCTX_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "engine/quota.h"
#include "inside/tty.h"
#include "lib/report.h"

#define LIFE_WAIT_S	300	/* what those who wait for one take for long */

/** struct life_create - what to make; NULL: the default */
struct life_create {
	uint32_t ctid;
	const char *ostemplate;	/* name or path of a template, or NULL: the
				 * private area is there already */
	const char *sample;	/* ve-SAMPLE.conf-sample to begin with */
	const char *private;	/* VE_PRIVATE; $VEID is replaced */
	const char *root;	/* VE_ROOT */
	/* KEY, value pairs for the configuration, NULL at the end, or NULL */
	const char *const *keys;
	bool reuse_conf;	/* with a template: into a configuration that is
				 * there already */
	bool progress;		/* a line on a terminal while it is unpacked */
};

int life_create(const struct life_create *c, struct report *report);

/**
 * life_destroy - forgets a container that is neither running nor mounted
 * @purge: its private area goes too
 *
 * The configuration is kept as CTID.conf.destroyed.
 */
int life_destroy(uint32_t ctid, bool purge, struct report *report);

/** struct life_start - how to start it */
struct life_start {
	uint32_t ctid;
	char **argv;		/* one command, or NULL: the tree's own init */
	bool foreground;	/* stay with it; *status is its exit status */
	bool verbose;		/* note what is not counted, and what is missing */
	bool force;		/* even if its configuration says DISABLED */
	bool again;		/* by its keeper, as promised (module/again.h): not
				 * if the promise was taken away, and silently */
	int wait_s;		/* seconds to wait until its init says that it
				 * is up; 0: do not */
	int script_s;		/* seconds that CTID.start may take inside; 0: as
				 * many as it likes */
};

int life_start(const struct life_start *s, int *status, struct report *report);

/**
 * life_wait - waits until the init of a running container says that it is up
 *
 * Who is asked there and does not answer is waited for no longer than that.
 */
int life_wait(uint32_t ctid, int seconds, struct report *report);

/**
 * life_stop - asks its init to end, then kills
 * @fast: kill at once
 * @timeout_s: seconds to wait; 0: STOP_TIMEOUT of its configuration, or 120
 */
int life_stop(uint32_t ctid, bool fast, int timeout_s, struct report *report);

/** Binds the private area to VE_ROOT and runs the mount scripts. */
int life_mount(uint32_t ctid, struct report *report);
int life_umount(uint32_t ctid, struct report *report);

/** struct life_state - what there is of it at this instant */
struct life_state {
	bool exists;		/* it has a configuration */
	bool mounted, running;
	bool suspended;		/* a dump of it lies in DUMPDIR */
	const char *unfinished;	/* "create", "destroy" or NULL */
};

/** A module that is not loaded runs nothing. */
void life_state(uint32_t ctid, struct life_state *st);

/** Notes a create or destroy that is not over, and the way out. */
void life_unfinished(uint32_t ctid, const struct life_state *st,
		     struct report *report);

/**
 * life_run - runs @argv inside, or a login shell
 * @status: its exit status as a shell has it, 127 and 126 if it did not run
 */
int life_run(uint32_t ctid, char **argv, enum tty_mode mode, int *status,
	     struct report *report);

/**
 * life_run_until - the same, killed at @end
 * @end: of lib/until.h; 0: never
 *
 * What it leaves inside in process groups of its own lives on.
 */
int life_run_until(uint32_t ctid, char **argv, enum tty_mode mode, int64_t end,
		   int *status, struct report *report);

/** enum life_quota - what is done with the disk quota of a container */
enum life_quota {
	LIFE_QUOTA_INIT,	/* count all its files anew, and limit it */
	LIFE_QUOTA_ON,
	LIFE_QUOTA_OFF,		/* it goes on being counted */
};

int life_quota(uint32_t ctid, enum life_quota what, struct report *report);

/**
 * life_quota_set - limits a container as @c says
 *
 * Whether it runs or not, and without its lock. Return: 0 or an outcome, with the limits
 * as they were.
 */
int life_quota_set(uint32_t ctid, const struct conf *c, struct report *report);

/** struct life_quota_was - the limits as they were; not known: there were none */
struct life_quota_was {
	bool known;
	struct quota q;
};

void life_quota_keep(uint32_t ctid, const struct conf *c, struct life_quota_was *was);

/** Return: 0 or -errno. */
int life_quota_put_back(uint32_t ctid, const struct conf *c, struct life_quota_was *was);

struct vznl;

/**
 * life_ended - puts away what a life has left: mount, scripts, cgroup
 * @nl: what is open already, or NULL
 *
 * Does nothing for a container that runs, or runs again.
 */
void life_ended(struct vznl *nl, uint32_t ctid, struct report *report);

#endif /* _VZCTX_LIFE_H */
