/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - looks at the module: whether it is there, can be built, may be loaded
 */
#ifndef _VZCTX_DOCTOR_LOOK_MODULE_H
#define _VZCTX_DOCTOR_LOOK_MODULE_H

#include "doctor/look.h"

void look_module(const struct host *h, struct finding *f);
void look_headers(const struct host *h, struct finding *f);
void look_signature(const struct host *h, struct finding *f);

/** Whether the module is loaded. */
bool module_loaded(void);

#endif /* _VZCTX_DOCTOR_LOOK_MODULE_H */
