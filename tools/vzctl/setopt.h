/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the options of vzctl set and create, one table
 */
#ifndef _VZCTX_VZCTL_SETOPT_H
#define _VZCTX_VZCTL_SETOPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/beancounter.h>

#include "conf/check.h"
#include "conf/conf.h"

struct setplan;

/** The commands an option goes with. */
enum { SETOPT_SET = 1, SETOPT_CREATE = 2 };

/** struct setopt - one option; a row of the table */
struct setopt {
	const char *name;
	int commands;
	const char *value;	/* what --help calls its value; NULL: has none */
	const char *key;	/* of the configuration */
	setval_check *check;	/* NULL: as the key's value in a file */
	/**
	 * Puts a checked value into the plan. Return: 0, -EINVAL for a bad
	 * value, another negative errno, or an exit code, the user being told.
	 */
	int (*put)(struct setplan *p, const struct setopt *o, const char *value);
	bool restart;		/* OpenVZ wants a restart for it */
	bool must_save;		/* means nothing without --save */
	const char *idle;	/* why it has no effect, or NULL: it has one */
};

/** Ends with a row without name. */
extern const struct setopt setopts[];

/** struct setval - one option as given */
struct setval {
	const struct setopt *opt;
	char *value;		/* checked; "" without one */
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
	/* Filled in by setplan_apply(). */
	struct conf *next;	/* the caller's; changed in place */
	bool ubc[UB_RESOURCES];	/* beancounters asked for */
	bool vswap, cpu, hostname, dns, address, keys;
	const char *name;	/* NULL: stays */
	const char *applyconfig;
	const char *userpw[8];
	size_t nuserpw;
	const char *ifname;	/* what --mac and the like are about */
	bool replaced_dns, replaced_search;
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
 * setplan_apply - carries the values over into @p->next
 *
 * A sample comes first, options in their order then. Changes nothing else.
 * Return: as setplan_parse().
 */
int setplan_apply(struct setplan *p);

/** Frees what is in @p, but not @p->next. */
void setplan_free(struct setplan *p);

/** The lines of --help: every option of @command. */
void setopt_help(int command);

/* setput.c: what the rows of the table do. */

/** Says that @value stands for a larger one. */
void setplan_cut(const struct setopt *o, const char *word, const char *value);

int put_key(struct setplan *p, const struct setopt *o, const char *value);
int put_ubc(struct setplan *p, const struct setopt *o, const char *value);
int put_size(struct setplan *p, const struct setopt *o, const char *value);
int put_vswap(struct setplan *p, const struct setopt *o, const char *value);
int put_cpu(struct setplan *p, const struct setopt *o, const char *value);
int put_hostname(struct setplan *p, const struct setopt *o, const char *value);
int put_path(struct setplan *p, const struct setopt *o, const char *value);
int put_name(struct setplan *p, const struct setopt *o, const char *value);
int put_userpw(struct setplan *p, const struct setopt *o, const char *value);
int put_dns(struct setplan *p, const struct setopt *o, const char *value);
int put_address(struct setplan *p, const struct setopt *o, const char *value);
int put_no_address(struct setplan *p, const struct setopt *o, const char *value);
int put_add(struct setplan *p, const struct setopt *o, const char *value);
int put_remove(struct setplan *p, const struct setopt *o, const char *value);
int put_nothing(struct setplan *p, const struct setopt *o, const char *value);

/* setnet.c: NETIF, a list of interfaces. */
int put_netif(struct setplan *p, const struct setopt *o, const char *value);
int put_no_netif(struct setplan *p, const struct setopt *o, const char *value);
int put_ifname(struct setplan *p, const struct setopt *o, const char *value);
int put_netif_part(struct setplan *p, const struct setopt *o, const char *value);

#endif /* _VZCTX_VZCTL_SETOPT_H */
