/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - called vzlist: OpenVZ's list of containers
 */
#ifndef _VZCTX_VZLIST_H
#define _VZCTX_VZLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "conf/conf.h"
#include "module/ctxinfo.h"

enum vzl_status { VZL_RUNNING, VZL_STOPPED, VZL_MOUNTED, VZL_SUSPENDED };

/** struct vzl_ct - a row: one container */
struct vzl_ct {
	uint32_t ctid;
	enum vzl_status status;
	struct conf *conf;	/* never NULL, maybe empty */
	struct vz_ctx ctx;	/* VZL_RUNNING: what the kernel says */
	bool named;		/* the link of its NAME exists */
	bool hidden;		/* stopped, and without a private area */
};

struct vzl_field;

/** vzl_field_find - Return: the field called @name, or NULL. */
const struct vzl_field *vzl_field_find(const char *name);

/** vzl_field_next - the one behind @f, or the first; NULL: no more. */
const struct vzl_field *vzl_field_next(const struct vzl_field *f);

const char *vzl_field_name(const struct vzl_field *f);

/** Whether JSON has it: kmemsize.b and the like are parts of kmemsize there. */
bool vzl_field_json(const struct vzl_field *f);

/** The heading, as wide as the column. */
void vzl_heading(const struct vzl_field *f, FILE *to);

/** The line of vzlist -L. */
void vzl_describe(const struct vzl_field *f, FILE *to);

/**
 * vzl_cell - what @ct has there, at least as wide as the column
 * @cut: no wider either, and only the first word of a list
 */
void vzl_cell(const struct vzl_field *f, const struct vzl_ct *ct, bool cut,
	      FILE *to);

/** The same as a JSON value. */
void vzl_json(const struct vzl_field *f, const struct vzl_ct *ct, FILE *to);

/** vzl_compare - below, at or above 0; what is not known comes first. */
int vzl_compare(const struct vzl_field *f, const struct vzl_ct *a,
		const struct vzl_ct *b);

/** HOSTNAME, NAME (if it is one), DESCRIPTION; NULL: none. */
const char *vzl_text(const struct vzl_ct *ct, const char *key);

/** main() of the name vzlist. */
int vzlist_main(int argc, char **argv);

#endif /* _VZCTX_VZLIST_H */
