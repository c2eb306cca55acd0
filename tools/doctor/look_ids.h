/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - looks at namespaces and ranges of ids
 */
#ifndef _VZCTX_DOCTOR_LOOK_IDS_H
#define _VZCTX_DOCTOR_LOOK_IDS_H

#include "doctor/look.h"

void look_namespaces(const struct host *h, struct finding *f);
void look_nesting(const struct host *h, struct finding *f);
void look_ids(const struct host *h, struct finding *f);

#endif /* _VZCTX_DOCTOR_LOOK_IDS_H */
