// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - rows of the kernel's resource table by name and number
 */
#include <string.h>

#include "module/ctxinfo.h"

const struct vz_res *res_by_name(const struct vz_reslist *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].name, name))
			return &l->v[i];
	return NULL;
}

const struct vz_res *res_by_id(const struct vz_reslist *l, uint32_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id == id)
			return &l->v[i];
	return NULL;
}
