/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - where a function of the kernel is
 */
#ifndef _VZCTX_KSYM_H
#define _VZCTX_KSYM_H

struct kprobe;

int vzctx_ksym_probe(struct kprobe *kp, const char *symbol, unsigned long addr);
unsigned long vzctx_ksym_at(unsigned long addr);
unsigned long vzctx_ksym(const char *symbol);
unsigned long vzctx_ksym_in(const char *module, const char *symbol);

#endif /* _VZCTX_KSYM_H */
