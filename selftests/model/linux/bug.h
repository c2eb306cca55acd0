/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - nothing the beancounters need from the kernel's bug.h
 */
