/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * vzctx - native interface: generic netlink family "VZCTX"
 *
 * Who may ask: every request, and every continuation of a dump, is answered
 * only if the socket's opener and the calling task both hold CAP_SYS_ADMIN in
 * the initial user namespace and the calling task is in no context; otherwise
 * EPERM. The family exists in the initial network namespace only. The
 * multicast group "events" may be joined with CAP_SYS_ADMIN; a socket that
 * joined before it was handed to somebody else keeps receiving.
 *
 * Every refusal carries a sentence (NLMSGERR_ATTR_MSG). Unknown attributes,
 * unknown flags, wrong sizes and trailing bytes are refused with EINVAL or
 * ERANGE by the netlink core or by the module, before anything changes.
 *
 * All limits are u64 in the resource's unit; VZCTX_UNLIMITED means none.
 *
 * VZCTX_CMD_INFO (do)
 *	in:  nothing
 *	out: VZCTX_A_ABI u32, VZCTX_A_VERSION string, VZCTX_A_ERRATA u64,
 *	     VZCTX_A_HOOKS u32 (kernel functions hooked at this moment),
 *	     VZCTX_A_LINGER u32 (seconds hooks stay after the last context),
 *	     VZCTX_A_VIEWS string (what containers see of the host where they would
 *	     see their own, and the kernel function it is for; empty: nothing),
 *	     VZCTX_A_HOST_LINK u32 (index of the host's venet)
 *
 * VZCTX_CMD_RES (dump)
 *	out, one message per resource:
 *	     VZCTX_A_RES { ID u32, NAME string, UNIT u32 enum vzctx_unit,
 *	     COUNTED u32 enum vzctx_counted, ENFORCED u32 enum vzctx_enforced,
 *	     ERRNO u32, NOTE string }, and for one that is not enforced although
 *	     the module could, or not for what some module of the kernel makes:
 *	     WHY u32 enum vzctx_why, SYMBOL string (the kernel function it is
 *	     for). NOTE says the same in words then.
 *
 * VZCTX_CMD_CREATE (do): binds a new context to a pid namespace
 *	in:  VZCTX_A_CTID u32, VZCTX_A_PID u32 (as seen by the caller: the init
 *	     of the namespace, its only task), VZCTX_A_BCS as in SET (optional)
 *	out: nothing. The init task is charged at once.
 *	errors: EINVAL  attribute missing, not an init, initial pid namespace,
 *	                or a limit is wrong (see SET)
 *	        ERANGE  ctid outside 1..VZCTX_CTID_MAX
 *	        ESRCH   no such task, or it is exiting
 *	        EEXIST  ctid is taken
 *	        EBUSY   the namespace is bound, contains or lies inside a bound
 *	                one, or already has more tasks than its init
 *	        ENODEV the module is going, or could not be loaded
 *	        ENOMEM; and what installing the hooks returned, for example
 *	        EBUSY when ftrace is off or a livepatch holds a function
 *
 * VZCTX_CMD_DESTROY (do): ends a context by killing the init of its namespace
 *	in:  VZCTX_A_CTID u32
 *	out: nothing. The end is announced by VZCTX_EVENT_STOP.
 *	errors: EINVAL attribute missing, ENOENT no such context
 *
 * VZCTX_CMD_SET (do): sets limits, all of them or none
 *	in:  VZCTX_A_CTID u32, VZCTX_A_BCS { VZCTX_A_BC { ID u32, BARRIER u64,
 *	     LIMIT u64 } ... }, VZCTX_A_FLAGS u32 (VZCTX_F_DRY_RUN)
 *	     In one VZCTX_A_BC any of BARRIER, LIMIT and ACTION u32 enum
 *	     vzctx_action may be absent and then stays as it is.
 *	     VZCTX_A_FREEZER u32 (optional): a descriptor of the caller, the
 *	     cgroup.freeze of the context's cgroup, opened for writing. It is
 *	     kept while the context runs; VZCTX_ACTION_FREEZE needs it.
 *	errors: EINVAL  attribute missing, unknown or repeated resource,
 *	                barrier > limit, unknown action, no cgroup.freeze
 *	        EBADF   the freezer is no open descriptor
 *	        ERANGE  value above VZCTX_UNLIMITED
 *	        EOPNOTSUPP  unknown flag, or the resource is not limitable here
 *	        ENOENT  no such context
 *	A limit below held is accepted; later charges fail.
 *
 * VZCTX_CMD_GET (do, dump)
 *	in:  do: VZCTX_A_CTID u32
 *	out: VZCTX_A_CTID, VZCTX_A_STATE u32 enum vzctx_state, VZCTX_A_PID u32
 *	     (of the init, in the caller's pid namespace; 0 when dead),
 *	     VZCTX_A_SINCE u64 (CLOCK_REALTIME ns of the binding),
 *	     VZCTX_A_OBJECTS u64 (charged objects the kernel has not freed),
 *	     VZCTX_A_DROPPED u64 (events dropped by the rate limit),
 *	     VZCTX_A_BCS { VZCTX_A_BC { ID, HELD, MAXHELD, BARRIER, LIMIT,
 *	     FAILCNT, ACTION } ... },
 *	     VZCTX_A_CPU { USER, SYSTEM, UPTIME, IDLE, WAIT u64 ns, TURNS u64,
 *	     LOAD1, LOAD5, LOAD15 u32 hundredths },
 *	     VZCTX_A_SPOOFED u64 (packets dropped for their source),
 *	     VZCTX_A_LINK u32 (see IP_ADD; 0: it has none)
 *	     A dump lists running and dying contexts in the order of binding;
 *	     a ctid may appear more than once, but only once as running.
 *	errors: EINVAL attribute missing, ENOENT no such running context
 *
 * VZCTX_CMD_EVENT (multicast only)
 *	VZCTX_A_EVENT { TYPE u32 enum vzctx_event_type, CTID u32, TIME u64
 *	(CLOCK_REALTIME ns), and for VZCTX_EVENT_LIMIT: ID u32, HELD, BARRIER,
 *	LIMIT, FAILCNT u64, WANTED u64 (units asked for), PID u32 (in the
 *	initial pid namespace; 0 if no task asked, as with a packet that
 *	arrives), COMM string (raw bytes: escape it before printing), DROPPED
 *	u64 (dropped for this context so far), ACTION u32 enum vzctx_action }
 *	VZCTX_EVENT_KILL has what VZCTX_EVENT_LIMIT has; PID and COMM are the
 *	victim's, WANTED is 0
 *	VZCTX_EVENT_SPOOF has FROM and TO, the ends of the packet, as an IP
 *	below, and DROPPED
 *
 * VZCTX_CMD_LAST (dump): contexts that have ended, in the order of their ends
 *	in:  VZCTX_A_CTID u32 (optional): only those with this id
 *	out: VZCTX_A_CTID, VZCTX_A_SINCE, VZCTX_A_ENDED u64 (CLOCK_REALTIME ns),
 *	     VZCTX_A_OBJECTS, VZCTX_A_DROPPED, VZCTX_A_BCS without ACTION,
 *	     VZCTX_A_CPU; as of the end, and once more when the last object was
 *	     freed: OBJECTS is 0 from then on.
 *	     Kept for a day, and not more than the last 128.
 *
 * VZCTX_CMD_WHY (dump): the last refusals of a context, running or ended; of
 *	several with the id the running one, or the one that ended last
 *	in:  VZCTX_A_CTID u32
 *	out: VZCTX_A_EVENT as in VZCTX_CMD_EVENT, one a message, up to four of
 *	     each resource, also those the rate limit kept from being sent
 *	errors: EINVAL attribute missing, ENOENT no such context
 *
 * An IP is an IPv6 address, 16 bytes, or an IPv4 address mapped to one
 * (::ffff:a.b.c.d). It belongs to one context or to none, and goes with the end
 * of the context. What a context sends passes its venet only with a source that
 * belongs to it; what the host sends to its own venet goes to whom the
 * destination belongs to. Addresses on the devices and routes to them are user
 * space's to set.
 *
 * VZCTX_CMD_IP_ADD (do): gives an address to a context. The first one makes its
 *	network device, in the network namespace its init has at that moment.
 *	in:  VZCTX_A_CTID u32, VZCTX_A_IP
 *	out: VZCTX_A_LINK u32 (index of its device in its network namespace),
 *	     VZCTX_A_HOST_LINK u32 (likewise of the host's)
 *	errors: EINVAL attribute missing, ENOENT no such running context,
 *	        EADDRNOTAVAIL  no address that one host can have
 *	        EADDRINUSE  another context has it; VZCTX_CMD_IP tells which
 *	        EEXIST  the context has it already
 *	        ESRCH   it has ended meanwhile
 *	        EOPNOTSUPP  its network is the host's
 *	        EBUSY   another context has its device in the same network
 *	        ENOMEM
 *
 * VZCTX_CMD_IP_DEL (do): takes one away
 *	in:  VZCTX_A_CTID u32, VZCTX_A_IP
 *	out: as VZCTX_CMD_IP_ADD
 *	errors: EINVAL attribute missing, ENOENT no such running context,
 *	        EADDRNOTAVAIL  the context does not have it
 *
 * VZCTX_CMD_IP (dump): who has which address, in the order of binding and adding
 *	out, one message per address: VZCTX_A_CTID u32, VZCTX_A_IP
 *	     Addresses that come or go during the dump may be missed, no others.
 */
#ifndef _UAPI_LINUX_VZCTX_H
#define _UAPI_LINUX_VZCTX_H

#include <linux/types.h>

#define VZCTX_GENL_NAME		"VZCTX"
#define VZCTX_GENL_VERSION	1
#define VZCTX_GENL_GROUP_EVENTS	"events"

/** Grows by one with every visible addition; readable as VZCTX_A_ABI. */
#define VZCTX_ABI		3

/** Highest context id; 0 is the host. The figure is OpenVZ's. */
#define VZCTX_CTID_MAX		2147483644U

/** Barrier or limit that never refuses: LONG_MAX of a 64-bit kernel. */
#define VZCTX_UNLIMITED		0x7fffffffffffffffULL

/** Longest task name in an event, with its terminating zero. */
#define VZCTX_COMM_LEN		16

enum vzctx_cmd {
	VZCTX_CMD_UNSPEC,
	VZCTX_CMD_INFO,
	VZCTX_CMD_RES,
	VZCTX_CMD_CREATE,
	VZCTX_CMD_DESTROY,
	VZCTX_CMD_SET,
	VZCTX_CMD_GET,
	VZCTX_CMD_EVENT,
	VZCTX_CMD_LAST,
	VZCTX_CMD_WHY,
	VZCTX_CMD_IP_ADD,
	VZCTX_CMD_IP_DEL,
	VZCTX_CMD_IP,
	__VZCTX_CMD_MAX,
};

#define VZCTX_CMD_MAX (__VZCTX_CMD_MAX - 1)

/** Top level attributes. All since ABI 1, if nothing else is said. */
enum vzctx_attr {
	VZCTX_A_UNSPEC,
	VZCTX_A_ABI,		/* u32 */
	VZCTX_A_VERSION,	/* string */
	VZCTX_A_ERRATA,		/* u64, VZCTX_ERRATA_* */
	VZCTX_A_HOOKS,		/* u32 */
	VZCTX_A_LINGER,		/* u32, seconds */
	VZCTX_A_RES,		/* nest of enum vzctx_res_attr */
	VZCTX_A_CTID,		/* u32 */
	VZCTX_A_PID,		/* u32 */
	VZCTX_A_FLAGS,		/* u32, VZCTX_F_* */
	VZCTX_A_STATE,		/* u32, enum vzctx_state */
	VZCTX_A_SINCE,		/* u64, ns */
	VZCTX_A_OBJECTS,	/* u64 */
	VZCTX_A_DROPPED,	/* u64 */
	VZCTX_A_BCS,		/* nest of VZCTX_A_BC */
	VZCTX_A_BC,		/* nest of enum vzctx_bc_attr */
	VZCTX_A_EVENT,		/* nest of enum vzctx_event_attr */
	VZCTX_A_PAD,
	VZCTX_A_CPU,		/* nest of enum vzctx_cpu_attr */
	VZCTX_A_ENDED,		/* u64, ns */
	VZCTX_A_FREEZER,	/* u32, descriptor */
	VZCTX_A_VIEWS,		/* string; since ABI 3 */
	VZCTX_A_IP,		/* 16 bytes; from here on since ABI 3 */
	VZCTX_A_LINK,		/* u32 */
	VZCTX_A_HOST_LINK,	/* u32 */
	VZCTX_A_SPOOFED,	/* u64 */
	__VZCTX_A_MAX,
};

#define VZCTX_A_MAX (__VZCTX_A_MAX - 1)

/** Inside VZCTX_A_RES. */
enum vzctx_res_attr {
	VZCTX_RES_A_UNSPEC,
	VZCTX_RES_A_ID,		/* u32, UB_* number of OpenVZ */
	VZCTX_RES_A_NAME,	/* string */
	VZCTX_RES_A_UNIT,	/* u32, enum vzctx_unit */
	VZCTX_RES_A_COUNTED,	/* u32, enum vzctx_counted */
	VZCTX_RES_A_ENFORCED,	/* u32, enum vzctx_enforced */
	VZCTX_RES_A_ERRNO,	/* u32, what the application sees; 0: none */
	VZCTX_RES_A_NOTE,	/* string, one sentence for people */
	VZCTX_RES_A_WHY,	/* u32, enum vzctx_why; since ABI 2 */
	VZCTX_RES_A_SYMBOL,	/* string; since ABI 2 */
	__VZCTX_RES_A_MAX,
};

#define VZCTX_RES_A_MAX (__VZCTX_RES_A_MAX - 1)

/** Inside VZCTX_A_BC: one beancounter of one context. */
enum vzctx_bc_attr {
	VZCTX_BC_A_UNSPEC,
	VZCTX_BC_A_ID,		/* u32 */
	VZCTX_BC_A_HELD,	/* u64, charged now */
	VZCTX_BC_A_MAXHELD,	/* u64, highest held since binding */
	VZCTX_BC_A_BARRIER,	/* u64, ordinary requests stop here */
	VZCTX_BC_A_LIMIT,	/* u64, no unforced request passes this */
	VZCTX_BC_A_FAILCNT,	/* u64, refused requests (not units) */
	VZCTX_BC_A_PAD,
	VZCTX_BC_A_ACTION,	/* u32, enum vzctx_action */
	__VZCTX_BC_A_MAX,
};

#define VZCTX_BC_A_MAX (__VZCTX_BC_A_MAX - 1)

/** Inside VZCTX_A_CPU: what the tasks of a context have used. */
enum vzctx_cpu_attr {
	VZCTX_CPU_A_UNSPEC,
	VZCTX_CPU_A_USER,	/* u64, ns; USER + SYSTEM is exact */
	VZCTX_CPU_A_SYSTEM,	/* u64, ns; its part is what the ticks saw */
	VZCTX_CPU_A_UPTIME,	/* u64, ns since the binding */
	VZCTX_CPU_A_IDLE,	/* u64, ns the processors could have given */
	VZCTX_CPU_A_WAIT,	/* u64, ns tasks were ready and did not run */
	VZCTX_CPU_A_TURNS,	/* u64, times a task got a processor */
	VZCTX_CPU_A_LOAD1,	/* u32, hundredths */
	VZCTX_CPU_A_LOAD5,	/* u32, hundredths */
	VZCTX_CPU_A_LOAD15,	/* u32, hundredths */
	VZCTX_CPU_A_PAD,
	__VZCTX_CPU_A_MAX,
};

#define VZCTX_CPU_A_MAX (__VZCTX_CPU_A_MAX - 1)

/** Inside VZCTX_A_EVENT. */
enum vzctx_event_attr {
	VZCTX_EVENT_A_UNSPEC,
	VZCTX_EVENT_A_TYPE,	/* u32, enum vzctx_event_type */
	VZCTX_EVENT_A_CTID,	/* u32 */
	VZCTX_EVENT_A_TIME,	/* u64, ns */
	VZCTX_EVENT_A_ID,	/* u32 */
	VZCTX_EVENT_A_HELD,	/* u64 */
	VZCTX_EVENT_A_BARRIER,	/* u64 */
	VZCTX_EVENT_A_LIMIT,	/* u64 */
	VZCTX_EVENT_A_FAILCNT,	/* u64 */
	VZCTX_EVENT_A_WANTED,	/* u64 */
	VZCTX_EVENT_A_PID,	/* u32 */
	VZCTX_EVENT_A_COMM,	/* string */
	VZCTX_EVENT_A_DROPPED,	/* u64 */
	VZCTX_EVENT_A_PAD,
	VZCTX_EVENT_A_ACTION,	/* u32, enum vzctx_action */
	VZCTX_EVENT_A_FROM,	/* 16 bytes, as VZCTX_A_IP; since ABI 3 */
	VZCTX_EVENT_A_TO,	/* likewise */
	__VZCTX_EVENT_A_MAX,
};

#define VZCTX_EVENT_A_MAX (__VZCTX_EVENT_A_MAX - 1)

/** Check a VZCTX_CMD_SET completely, but change nothing. */
#define VZCTX_F_DRY_RUN		(1U << 0)
#define __VZCTX_F_ALL		(VZCTX_F_DRY_RUN)

enum vzctx_state {
	VZCTX_STATE_RUNNING = 1,
	/** The init is dead; objects charged to the context are not all freed. */
	VZCTX_STATE_DYING = 2,
};

/** What follows a refusal, besides the refusal; the strongest one due wins. */
enum vzctx_action {
	VZCTX_ACTION_NOTIFY = 0,	/* an event and a line in the log */
	VZCTX_ACTION_FREEZE = 1,	/* the cgroup is frozen */
	VZCTX_ACTION_KILL = 2,		/* as VZCTX_CMD_DESTROY */
};

enum vzctx_event_type {
	VZCTX_EVENT_START = 1,	/* a context was bound */
	VZCTX_EVENT_STOP = 2,	/* every task of the context has ended */
	VZCTX_EVENT_LIMIT = 3,	/* a request was refused */
	VZCTX_EVENT_KILL = 4,	/* a task is killed for lack of memory */
	VZCTX_EVENT_SPOOF = 5,	/* a packet was dropped for its source */
};

enum vzctx_unit {
	VZCTX_UNIT_ITEMS = 1,
	VZCTX_UNIT_PAGES = 2,
	VZCTX_UNIT_BYTES = 3,
};

/** How held comes about. */
enum vzctx_counted {
	VZCTX_COUNTED_NO = 0,		/* this module does not count it */
	VZCTX_COUNTED_CHARGED = 1,	/* exact: every object is charged */
	VZCTX_COUNTED_SAMPLED = 2,	/* read now and then */
	VZCTX_COUNTED_KERNEL = 3,	/* the kernel's own count is shown */
};

/** What happens at the limit, on the running kernel. */
enum vzctx_enforced {
	VZCTX_ENFORCED_NO = 0,		/* not enforced on this kernel */
	VZCTX_ENFORCED_EXACT = 1,	/* held never exceeds the limit */
	VZCTX_ENFORCED_BOUNDED = 2,	/* may exceed by what the note says */
	VZCTX_ENFORCED_CGROUP = 3,	/* by the memory cgroup's own limit */
};

/**
 * enum vzctx_why - why a resource, or some of it, is not enforced
 * @VZCTX_WHY_NONE: it is, or this module does not count it at all
 * @VZCTX_WHY_HOOK: a function cannot be hooked; the kernel log has the errno
 * @VZCTX_WHY_ABSENT: the kernel has no such function
 * @VZCTX_WHY_PROTOTYPE: the function has another prototype
 * @VZCTX_WHY_UNTOLD: the kernel does not tell the function's prototype
 * @VZCTX_WHY_VARIANT: the compiler has left a variant of the function only,
 *	which may take other arguments
 * @VZCTX_WHY_TWICE: the kernel has two functions of that name
 */
enum vzctx_why {
	VZCTX_WHY_NONE = 0,
	VZCTX_WHY_HOOK = 1,
	VZCTX_WHY_ABSENT = 2,
	VZCTX_WHY_PROTOTYPE = 3,
	VZCTX_WHY_UNTOLD = 4,
	VZCTX_WHY_VARIANT = 5,
	VZCTX_WHY_TWICE = 6,
};

#endif /* _UAPI_LINUX_VZCTX_H */
