// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx limit --validate - judges the configuration and the words together
 */
#include <errno.h>
#include <stdio.h>

#include "lib/msg.h"
#include "limit/validate.h"
#include "verbs/limit.h"

static void found(enum finding f, const char *sentence)
{
	static const char *const words[] = {
		[FINDING_ERROR] = "Error", [FINDING_WARNING] = "Warning",
		[FINDING_RECOMMENDATION] = "Recommendation",
	};

	printf("%s: %s\n", words[f], sentence);
}

int limit_judge(struct limit *l)
{
	int bad, ret = limit_words(l);
	struct conf *c;

	if (ret)
		return ret;
	c = conf_load(l->ctid);
	bad = validate(&l->res, c, l->ctid, l->set.v, l->set.n,
		       l->profile ? l->profile->avnumproc : 0, found, &msg_report);
	conf_free(c);
	if (bad < 0)
		return msg_fail(-bad, NULL, "judge the limits of CT %u", l->ctid);
	if (!bad)
		puts("The limits fit each other.");
	return bad ? EXIT_FAILED : EXIT_OK;
}
