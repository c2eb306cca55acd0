/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - looks at the kernel
 */
#ifndef _VZCTX_DOCTOR_LOOK_KERNEL_H
#define _VZCTX_DOCTOR_LOOK_KERNEL_H

#include "doctor/look.h"

void look_kernel(const struct host *h, struct finding *f);
void look_options(const struct host *h, struct finding *f);
void look_realtime(const struct host *h, struct finding *f);
void look_btf(const struct host *h, struct finding *f);
void look_ftrace(const struct host *h, struct finding *f);
void look_livepatch(const struct host *h, struct finding *f);

#endif /* _VZCTX_DOCTOR_LOOK_KERNEL_H */
