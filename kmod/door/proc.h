/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - door: the /proc files of OpenVZ
 */
#ifndef _VZCTX_PROC_H
#define _VZCTX_PROC_H

#include <linux/types.h>

struct seq_file;
struct vzctx;
struct vzctx_part;

/**
 * struct vzctx_proc_file - one file
 * @name: in its directory
 * @head: writes what is above the rows; NULL for none
 * @rows: writes the rows of one context, at one instant
 * @host: writes those of the host, CT 0; NULL for none
 * @inside: there is such a file in a container, with its own rows only
 * @anyone: on the host everybody may read it
 */
struct vzctx_proc_file {
	const char *name;
	void (*head)(struct seq_file *m);
	void (*rows)(struct seq_file *m, struct vzctx *ctx);
	void (*host)(struct seq_file *m);
	bool inside;
	bool anyone;
};

extern const struct vzctx_proc_file vzctx_proc_user_beancounters;
extern const struct vzctx_proc_file vzctx_proc_bc_resources;
extern const struct vzctx_proc_file vzctx_proc_bc_one;
extern const struct vzctx_proc_file vzctx_proc_bc_ioacct;
extern const struct vzctx_proc_file vzctx_proc_veinfo;
extern const struct vzctx_proc_file vzctx_proc_veip;
extern const struct vzctx_proc_file vzctx_proc_vestat;
extern const struct vzctx_proc_file vzctx_proc_version;

/* /proc/bc/ID of each context. */
extern const struct vzctx_part vzctx_proc_part;

int vzctx_proc_init(void);
void vzctx_proc_uninit(void);

#endif /* _VZCTX_PROC_H */
