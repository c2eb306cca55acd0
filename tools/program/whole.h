/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the whole program
 *
 * The dynamic linker spends more on the libraries that read archives than a
 * container takes to start. So there are two programs of the same sources: vzctx,
 * without the verbs that need them, and the whole one, which vzctx becomes for those.
 */
#ifndef _VZCTX_PROGRAM_WHOLE_H
#define _VZCTX_PROGRAM_WHOLE_H

/** WHOLE - declares what only the whole program has; NULL in the other */
#define WHOLE __attribute__((weak))

/**
 * whole_run - becomes the whole program
 * @argv: as main() got it
 *
 * It lies where "make install" puts it below the directory of the running program,
 * or beside that.
 *
 * Return: -errno, nothing being changed; does not return otherwise.
 */
int whole_run(char **argv);

#endif /* _VZCTX_PROGRAM_WHOLE_H */
