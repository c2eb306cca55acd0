/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - looks at what containers see of themselves
 */
#ifndef _VZCTX_DOCTOR_LOOK_VIEWS_H
#define _VZCTX_DOCTOR_LOOK_VIEWS_H

#include "doctor/look.h"

void look_views(const struct host *h, struct finding *f);

#endif /* _VZCTX_DOCTOR_LOOK_VIEWS_H */
