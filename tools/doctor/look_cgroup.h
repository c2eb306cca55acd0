/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - looks at the cgroups
 */
#ifndef _VZCTX_DOCTOR_LOOK_CGROUP_H
#define _VZCTX_DOCTOR_LOOK_CGROUP_H

#include "doctor/look.h"

void look_cgroup(const struct host *h, struct finding *f);
void look_controllers(const struct host *h, struct finding *f);
void look_delegated(const struct host *h, struct finding *f);

/** Whether containers get @controller; @why, half a sentence, is set where not. */
bool controller_works(const char *controller, const char **why);

#endif /* _VZCTX_DOCTOR_LOOK_CGROUP_H */
