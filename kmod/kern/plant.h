/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - wrong prototypes, for tests
 */
#ifndef _VZCTX_PLANT_H
#define _VZCTX_PLANT_H

struct vzctx_proto;

#ifdef VZCTX_TESTING
void vzctx_plant(struct vzctx_proto *proto);
const char *vzctx_plant_symbol(const char *symbol);
const char *vzctx_plant_types(void);
#else
static inline void vzctx_plant(struct vzctx_proto *proto) { }
static inline const char *vzctx_plant_symbol(const char *symbol) { return symbol; }
static inline const char *vzctx_plant_types(void) { return NULL; }
#endif

#endif /* _VZCTX_PLANT_H */
