/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - who is inside wrappers
 */
#ifndef _VZCTX_INSIDE_H
#define _VZCTX_INSIDE_H

void vzctx_inside_init(void);
void vzctx_inside_tell(void);

#endif /* _VZCTX_INSIDE_H */
