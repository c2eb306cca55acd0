/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the module's file, and the kernel functions that it hooks
 *
 * They are lines of its modinfo section:
 *
 *	hook=NEED:MODULE:RESOURCES:SYMBOL:PROTOTYPE
 *
 * NEED is "must", or "may" for a function that not every kernel has. MODULE is the
 * kernel module the function is in, empty for the kernel itself. RESOURCES are
 * numbers (UB_*) with commas between them, "all", or "none".
 */
#ifndef _VZCTX_DOCTOR_SYMBOLS_H
#define _VZCTX_DOCTOR_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct hooked - a function that the module hooks */
struct hooked {
	bool must;
	unsigned int whole;	/* functions of the name that symbols_find() saw */
	bool variant;		/* and whether the compiler has left a part of one */
	char module[56];	/* "": the kernel itself */
	uint32_t resources;	/* bits; all of them: nothing works without it */
	char name[128];
	char prototype[256];
};

/** struct symbols - what the module's file says of itself */
struct symbols {
	char path[512];		/* of the file */
	char name[64];		/* of the module that it is; left where it is another one */
	char release[128];	/* of the kernel that it was built for */
	char signer[128];	/* who signed it, or "" */
	bool is_signed;
	struct hooked *hooked;
	size_t n;		/* 0: the file does not say what it hooks */
};

/**
 * symbols_load - reads the module's file
 * @module: where it is; NULL: where it is installed for the running kernel
 * @s: set; free with symbols_free()
 *
 * Return: 0 or -errno; -ENOENT: there is none; -ENOEXEC: it is no module, or @name
 * which is not ours.
 */
int symbols_load(const char *module, struct symbols *s);
void symbols_free(struct symbols *s);

/** symbols_find - looks which of the functions this kernel has. Return: 0 or -errno. */
int symbols_find(struct symbols *s);

/**
 * symbols_replaced - whether somebody else replaces a function that is hooked
 * @module: as for symbols_load()
 * @name: set to the first of them
 *
 * Where it is not known what the module hooks, each that is replaced counts.
 * Return: 1, 0 or -errno.
 */
int symbols_replaced(const char *module, char *name, size_t size);

#endif /* _VZCTX_DOCTOR_SYMBOLS_H */
