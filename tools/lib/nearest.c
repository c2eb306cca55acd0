// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the word somebody may have meant
 */
#include <string.h>

#include "lib/nearest.h"

#define LONGEST	32

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Both shorter than LONGEST. */
static size_t distance(const char *a, const char *b)
{
	size_t d[LONGEST + 1][LONGEST + 1], n = strlen(a), m = strlen(b);

	for (size_t i = 0; i <= n; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1,
					d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[n][m];
}

const char *nearest(const char *word, const char *(*name)(size_t i, const void *arg),
		    const void *arg)
{
	size_t len = strlen(word), most = len < 4 ? 1 : 2;
	const char *best = NULL, *n;

	if (len >= LONGEST)
		return NULL;
	for (size_t i = 0; (n = name(i, arg)); i++) {
		size_t d = strlen(n) < LONGEST ? distance(word, n) : LONGEST;

		if (d > most || (best && d == most))
			continue;
		best = n;
		most = d;
	}
	return best;
}
