/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the table of looks
 */
#ifndef _VZCTX_DOCTOR_LOOKS_H
#define _VZCTX_DOCTOR_LOOKS_H

#include "doctor/look.h"

/** looks - in the order in which people should read them; ends without a name */
extern const struct look looks[];

#endif /* _VZCTX_DOCTOR_LOOKS_H */
