/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * OpenVZ's numbers of the user beancounters. Frozen: old programs know them.
 */
#ifndef _UAPI_LINUX_BEANCOUNTER_H
#define _UAPI_LINUX_BEANCOUNTER_H

#define UB_KMEMSIZE		0
#define UB_LOCKEDPAGES		1
#define UB_PRIVVMPAGES		2
#define UB_SHMPAGES		3
#define UB_NUMPROC		5
#define UB_PHYSPAGES		6
#define UB_VMGUARPAGES		7
#define UB_OOMGUARPAGES		8
#define UB_NUMTCPSOCK		9
#define UB_NUMFLOCK		10
#define UB_NUMPTY		11
#define UB_NUMSIGINFO		12
#define UB_TCPSNDBUF		13
#define UB_TCPRCVBUF		14
#define UB_OTHERSOCKBUF		15
#define UB_DGRAMRCVBUF		16
#define UB_NUMOTHERSOCK		17
#define UB_DCACHESIZE		18
#define UB_NUMFILE		19
#define UB_NUMIPTENT		23
#define UB_SWAPPAGES		24

/* Ids 4 and 20..22 are unused ("dummy" in /proc/user_beancounters). */
#define UB_RESOURCES		25

/*
 * The one list of resources: X(ID, name, UNIT) for each, in the order of their
 * numbers. UB_##ID is the number, #name what people and OpenVZ's files call it,
 * VZCTX_UNIT_##UNIT (<linux/vzctx.h>) the unit of all its figures.
 */
#define UB_RESOURCE_LIST(X)				\
	X(KMEMSIZE, kmemsize, BYTES)			\
	X(LOCKEDPAGES, lockedpages, PAGES)		\
	X(PRIVVMPAGES, privvmpages, PAGES)		\
	X(SHMPAGES, shmpages, PAGES)			\
	X(NUMPROC, numproc, ITEMS)			\
	X(PHYSPAGES, physpages, PAGES)			\
	X(VMGUARPAGES, vmguarpages, PAGES)		\
	X(OOMGUARPAGES, oomguarpages, PAGES)		\
	X(NUMTCPSOCK, numtcpsock, ITEMS)		\
	X(NUMFLOCK, numflock, ITEMS)			\
	X(NUMPTY, numpty, ITEMS)			\
	X(NUMSIGINFO, numsiginfo, ITEMS)		\
	X(TCPSNDBUF, tcpsndbuf, BYTES)			\
	X(TCPRCVBUF, tcprcvbuf, BYTES)			\
	X(OTHERSOCKBUF, othersockbuf, BYTES)		\
	X(DGRAMRCVBUF, dgramrcvbuf, BYTES)		\
	X(NUMOTHERSOCK, numothersock, ITEMS)		\
	X(DCACHESIZE, dcachesize, BYTES)		\
	X(NUMFILE, numfile, ITEMS)			\
	X(NUMIPTENT, numiptent, ITEMS)			\
	X(SWAPPAGES, swappages, PAGES)

#endif /* _UAPI_LINUX_BEANCOUNTER_H */
