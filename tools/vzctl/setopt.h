/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the options of vzctl set and create, one table
 */
#ifndef _VZCTX_VZCTL_SETOPT_H
#define _VZCTX_VZCTL_SETOPT_H

#include <stdbool.h>

#include "conf/check.h"
#include "vzctl/plan.h"

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
	 * Says by setplan_change() what a checked value makes of the key.
	 * Return: 0, -EINVAL for a bad value, another negative errno, or an
	 * exit code, the user being told.
	 */
	int (*put)(struct setplan *p, const struct setopt *o, const char *value);
	enum setway way;	/* how the key gets into a container that runs */
	bool restart;		/* OpenVZ wants a restart for it */
	bool must_save;		/* means nothing without --save */
	const char *idle;	/* why it has no effect, or NULL: it has one */
};

/** Ends with a row without name. */
extern const struct setopt setopts[];

/** The lines of --help: every option of @command. */
void setopt_help(int command);

/** "Bad parameter for --OPTION: @word". Return: VZ_BAD_VALUE. */
int setplan_bad(const struct setopt *o, const char *word);

/* apply.c: what the rows of the table do. */

/** Says that @value stands for a larger one. */
void setplan_cut(const struct setopt *o, const char *word, const char *value);

int put_key(struct setplan *p, const struct setopt *o, const char *value);
int put_weight(struct setplan *p, const struct setopt *o, const char *value);
int put_ubc(struct setplan *p, const struct setopt *o, const char *value);
int put_size(struct setplan *p, const struct setopt *o, const char *value);
int put_path(struct setplan *p, const struct setopt *o, const char *value);
int put_name(struct setplan *p, const struct setopt *o, const char *value);
int put_dns(struct setplan *p, const struct setopt *o, const char *value);
int put_address(struct setplan *p, const struct setopt *o, const char *value);
int put_no_address(struct setplan *p, const struct setopt *o, const char *value);
int put_add(struct setplan *p, const struct setopt *o, const char *value);
int put_remove(struct setplan *p, const struct setopt *o, const char *value);
int put_no_publish(struct setplan *p, const struct setopt *o, const char *value);
int put_nothing(struct setplan *p, const struct setopt *o, const char *value);

/* netif.c: NETIF, a list of interfaces. */
int put_netif(struct setplan *p, const struct setopt *o, const char *value);
int put_no_netif(struct setplan *p, const struct setopt *o, const char *value);
int put_ifname(struct setplan *p, const struct setopt *o, const char *value);
int put_netif_part(struct setplan *p, const struct setopt *o, const char *value);

#endif /* _VZCTX_VZCTL_SETOPT_H */
