/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - what the module says of a resource
 */
#ifndef _SELFTESTS_RESROW_H
#define _SELFTESTS_RESROW_H

#include "world.h"

struct row {
	uint32_t id;
	int enforced;
	int counted;
	int why;
	char symbol[64];
	char note[256];
};

static inline void keep_text(const struct nlattr *a, char *text, size_t size)
{
	snprintf(text, size, "%.*s", (int)attr_len(a), (const char *)attr_data(a));
}

static inline void keep_row(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *res = msg_find(nlh, VZCTX_A_RES);
	struct row *row = data;
	uint64_t v[VZCTX_RES_A_MAX + 1] = {};

	for_each_attr(a, attr_data(res), attr_len(res))
		if (attr_type(a) <= VZCTX_RES_A_MAX)
			v[attr_type(a)] = attr_u64(a);
	if (v[VZCTX_RES_A_ID] != row->id)
		return;
	row->enforced = v[VZCTX_RES_A_ENFORCED];
	row->counted = v[VZCTX_RES_A_COUNTED];
	row->why = v[VZCTX_RES_A_WHY];
	for_each_attr(a, attr_data(res), attr_len(res)) {
		if (attr_type(a) == VZCTX_RES_A_SYMBOL)
			keep_text(a, row->symbol, sizeof(row->symbol));
		if (attr_type(a) == VZCTX_RES_A_NOTE)
			keep_text(a, row->note, sizeof(row->note));
	}
}

static inline struct row resource(struct genl *g, uint32_t id)
{
	struct row row = { .id = id, .enforced = -1, .counted = -1 };
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_RES, NLM_F_DUMP);
	genl_talk(g, &m, keep_row, &row);
	return row;
}

#endif /* _SELFTESTS_RESROW_H */
