/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what vzctl set and create are asked for: options, and the changes of the
 * configuration that follow from them
 */
#ifndef _VZCTX_VZCTL_PLAN_H
#define _VZCTX_VZCTL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

struct setopt;

/** struct setval - one option as given */
struct setval {
	const struct setopt *opt;
	char *value;		/* checked; "" without one */
};

/**
 * enum setway - how a container that runs gets a setting, in the order in which
 * they are taken; the rows of one table in live.c
 */
enum setway {
	WAY_NONE,		/* it holds from the next start */
	WAY_LIMITS,
	WAY_CPU,
	WAY_IO,
	WAY_QUOTA,
	WAY_DEVICES,
	WAY_HOSTNAME,
	WAY_DNS,
	WAY_ADDRESS,
	WAY_NETIF,
	WAY_NAT,
	WAY_NETDEV,
	WAY_END
};

/** struct change - one key of the configuration that was asked for */
struct change {
	struct change *next;
	char *key;
	const char *old;	/* as long as the plan's @before; NULL: none */
	char *value;		/* NULL: the key goes */
	enum setway way;	/* as the key's option has it */
};

enum setmode { SETMODE_NONE, SETMODE_RESTART, SETMODE_IGNORE };

/** struct setplan - what is to become of a container's configuration */
struct setplan {
	uint32_t ctid;
	struct setval *v;
	size_t n;
	/* Control flags. */
	bool save, force, reset_ub;
	enum setmode setmode;
	/* Of create. */
	const char *layout, *config;
	const char *applyconfig;
	/* The caller's: as it is, or NULL; and as it is to be, changed in place. */
	const struct conf *before;
	struct conf *next;
	/* Filled in by setplan_apply(). */
	struct change *changes;	/* each key once, in the order of asking */
	const char *ifname;	/* what --mac and the like are about */
};

/**
 * setplan_parse - reads options, checks each value, decides nothing
 * @argv: argv[0] for getopt's messages, then the options
 * @command: SETOPT_SET or SETOPT_CREATE
 *
 * Return: 0, or OpenVZ's exit code; the user has been told.
 */
int setplan_parse(struct setplan *p, int command, int argc, char **argv);

/** Whether an option called @name was given. */
bool setplan_has(const struct setplan *p, const char *name);

/**
 * setplan_apply - makes the list of changes, and @p->next of it
 *
 * A sample comes first, options in their order then. A list that was there before
 * is forgotten. Changes nothing else.
 * Return: as setplan_parse().
 */
int setplan_apply(struct setplan *p);

/** Finds the way of each change; setplan_apply() has done so. */
void setplan_find_ways(struct setplan *p);

/* change.c: the list. */

/**
 * setplan_change - puts @value under @key in @p->next, and that into the list
 * @value: NULL: takes the key out
 *
 * Return: 0 or -errno, as conf_set().
 */
int setplan_change(struct setplan *p, const char *key, const char *value);

/** The change of @key, or NULL. */
const struct change *setplan_find(const struct setplan *p, const char *key);

/** Whether a change goes @way. */
bool setplan_goes(const struct setplan *p, enum setway way);

/** Whether it changes the limits of a container with vswap, or makes it one. */
bool setplan_vswap(const struct setplan *p);

/* plan_check.c: the options beside each other. */

/** "Error: @text". Return: @code. */
int setplan_error(int code, const char *text);

/** Whether they go together. Return: as setplan_parse(). */
int setplan_check(const struct setplan *p);

/** Whether one of them wants a restart. */
bool setplan_restart(const struct setplan *p);

/** Whether they go with a container that runs. Return: as setplan_parse(). */
int setplan_check_running(const struct setplan *p);

/** Says of each option without effect why it has none. */
void setplan_tell_idle(const struct setplan *p);

/** Empties the list. */
void setplan_forget(struct setplan *p);

/** Frees what is in @p, but neither @p->before nor @p->next. */
void setplan_free(struct setplan *p);

#endif /* _VZCTX_VZCTL_PLAN_H */
