/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - looks at the file system that containers lie on
 */
#ifndef _VZCTX_DOCTOR_LOOK_PLACE_H
#define _VZCTX_DOCTOR_LOOK_PLACE_H

#include "doctor/look.h"

void look_private(const struct host *h, struct finding *f);

#endif /* _VZCTX_DOCTOR_LOOK_PLACE_H */
