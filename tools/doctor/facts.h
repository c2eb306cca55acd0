/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - facts that lie in files of /proc and /sys
 */
#ifndef _VZCTX_DOCTOR_FACTS_H
#define _VZCTX_DOCTOR_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The first line of a file. Return: 0, or -errno with @buf "". */
int fact_line(const char *path, char *buf, size_t size);

/** The number a file begins with. Return: 0 or -errno. */
int fact_number(const char *path, uint64_t *n);

/** Whether @word is one of the words of @line. */
bool fact_word(const char *line, const char *word);

/** The release of the running kernel. Valid until the program ends. */
const char *fact_release(void);

#endif /* _VZCTX_DOCTOR_FACTS_H */
