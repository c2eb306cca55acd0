/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a piece of work on a tree: its limits, how far it is, what came of it
 */
#ifndef _VZCTX_TREE_TREEJOB_H
#define _VZCTX_TREE_TREEJOB_H

#include <stdbool.h>
#include <stdint.h>

#define TREE_MAX_ENTRIES	2000000U
#define TREE_MAX_DEPTH	256	/* directories above one another */
#define TREE_MAX_ID		65535U	/* owners; what a CT's range has room for */

/** struct image_run - what the configuration of an image says to run */
struct image_run {
	bool image;		/* the template was one */
	char command[1024];	/* entry point and arguments, quoted for a shell */
	char user[64];		/* escaped; "" for root */
	char directory[256];	/* escaped; "" for / */
};

/** struct tree_job - knobs of an unpacking, and what came of it */
struct tree_job {
	bool quiet;		/* no line of progress on a terminal */
	const char *label;	/* of that line */
	uint64_t at, total;	/* bytes done, as the child has it; of, 0: not known */
	uint64_t max_entries;	/* 0: TREE_MAX_ENTRIES */
	uint64_t max_bytes;	/* 0: what is free, less 5 per cent */

	uint64_t entries;	/* made */
	uint64_t bytes;		/* of files, holes not counted */
	uint64_t devices;	/* device nodes left out */
	uint64_t others;	/* sockets and unknown kinds left out */
	uint64_t xattrs;	/* attributes of the host's alone, left out */
	uint64_t mounts;	/* of a directory: left empty */
	struct image_run run;
	char sentence[1024];	/* on failure: what and the way out, escaped */
};

#endif /* _VZCTX_TREE_TREEJOB_H */
