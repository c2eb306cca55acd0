/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VZCTX_VERSION
#define VZCTX_VERSION "0.1.0"
#endif
