// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the table of resources
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/spinlock.h>

#include "base/res.h"

/* Names and units by id. One that no row of the table uses does not compile. */
#define NAME(id, called, measure)	static const char name_##id[] = #called;
#define UNIT(id, called, measure)	unit_##id = VZCTX_UNIT_##measure,

UB_RESOURCE_LIST(NAME)
enum { UB_RESOURCE_LIST(UNIT) };

#define CALLED(id)	.name = name_##id, .unit = (enum vzctx_unit)unit_##id

const struct vzctx_res vzctx_res[UB_RESOURCES] = {
	[UB_KMEMSIZE] = {
		CALLED(KMEMSIZE),
		.note = "kernel memory of the container's memory cgroup; above the barrier open, pipe and socket fail, above the limit fork too; the kernel's sum may be some seconds old then, and other allocations go on",
		.counted = VZCTX_COUNTED_KERNEL,
		.enforced = VZCTX_ENFORCED_BOUNDED,
		.err = ENOMEM,
	},
	[UB_LOCKEDPAGES] = {
		CALLED(LOCKEDPAGES),
		.note = "locked mappings (VmLck), SHM_LOCKed segments, and huge pages once touched; mlock, mlockall, mmap, brk, mremap and shmctl fail, touching a huge page above the limit gets SIGBUS; a memfd_secret mapping counts only from the next request on",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_BOUNDED,
		.err = ENOMEM,
		.needs = BIT(UB_PRIVVMPAGES),
	},
	[UB_PRIVVMPAGES] = {
		CALLED(PRIVVMPAGES),
		.note = "private writable mappings and stacks, touched or not (VmData + VmStk); mmap, brk, mremap, mprotect, fork and exec fail; may exceed by what other threads map during a fork; maxheld may include what was unmapped meanwhile",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_BOUNDED,
		.err = ENOMEM,
		.needs = BIT(UB_NUMPROC),
	},
	[UB_SHMPAGES] = {
		CALLED(SHMPAGES),
		.note = "SysV segments and shared anonymous memory by size; tmpfs, memfd and what is mapped without reservation by page, in memory or swap; shmget and mmap fail, a write gets EDQUOT, a page fault SIGBUS and MADV_COLLAPSE EINVAL",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_EXACT,
		.err = ENOMEM,
	},
	[UB_NUMPROC] = {
		CALLED(NUMPROC),
		.note = "tasks and threads, from fork until the kernel reaps them; fork and clone fail",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_EXACT,
		.err = ENOMEM,
	},
	[UB_PHYSPAGES] = {
		CALLED(PHYSPAGES),
		.note = "memory of the container's memory cgroup, page cache and kernel memory included; the limit is its memory.max: reclaim, then a task of the container is killed; failcnt counts how often memory ran out",
		.counted = VZCTX_COUNTED_KERNEL,
		.enforced = VZCTX_ENFORCED_CGROUP,
	},
	[UB_VMGUARPAGES] = {
		CALLED(VMGUARPAGES),
		.note = "a guarantee, of which nothing is held; the barrier is memory.min of the container's cgroup: that much of its memory is not taken for others (unlimited: none), as long as all guarantees are no more than three quarters of the host's memory",
		.counted = VZCTX_COUNTED_KERNEL,
		.enforced = VZCTX_ENFORCED_CGROUP,
	},
	[UB_OOMGUARPAGES] = {
		CALLED(OOMGUARPAGES),
		.note = "anonymous memory and swap of the container's memory cgroup; no limit stops at it; failcnt counts tasks killed for lack of memory, each announced by an event",
		.counted = VZCTX_COUNTED_KERNEL,
		.enforced = VZCTX_ENFORCED_NO,
	},
	[UB_NUMTCPSOCK] = {
		CALLED(NUMTCPSOCK),
		.note = "TCP, MPTCP and SCTP sockets, made or accepted, until closed on both sides; socket fails, a connection that comes in is dropped",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_EXACT,
		.err = ENOBUFS,
	},
	[UB_NUMFLOCK] = {
		CALLED(NUMFLOCK),
		.note = "file locks and leases as the kernel keeps them, until unlock or close; new locks stop at the barrier, unlocking a part of one at the limit; exact for what is open in this container only; flock and fcntl fail",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_EXACT,
		.err = ENOLCK,
	},
	[UB_NUMPTY] = {
		CALLED(NUMPTY),
		.note = "pseudo-terminals, from open of ptmx until both ends are closed; open fails",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_EXACT,
		.err = ENOMEM,
	},
	[UB_NUMSIGINFO] = {
		CALLED(NUMSIGINFO),
		.note = "queued signals with their information, and POSIX timers; sigqueue and timer_create fail, a signal sent with kill arrives without information",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_EXACT,
		.err = EAGAIN,
	},
	[UB_TCPSNDBUF] = {
		CALLED(TCPSNDBUF),
		.note = "memory for sending on TCP sockets; send waits or EAGAIN; exceeded by what one packet of each connection with nothing queued takes; a page of each socket may be counted as tcprcvbuf",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_BOUNDED,
		.err = EAGAIN,
		.needs = BIT(UB_NUMTCPSOCK),
	},
	[UB_TCPRCVBUF] = {
		CALLED(TCPRCVBUF),
		.note = "memory for receiving on TCP sockets; segments are dropped and sent again; exceeded by one packet for each connection with nothing queued; a page of each socket may be counted as tcpsndbuf",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_BOUNDED,
		.needs = BIT(UB_NUMTCPSOCK),
	},
	[UB_OTHERSOCKBUF] = {
		CALLED(OTHERSOCKBUF),
		.note = "packets sent and not yet received or gone, unix, UDP, raw and packet sockets; send waits or EAGAIN; exceeded by what a UDP packet grows while it is put together; not counted: netlink",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_BOUNDED,
		.err = EAGAIN,
		.needs = BIT(UB_NUMOTHERSOCK),
	},
	[UB_DGRAMRCVBUF] = {
		CALLED(DGRAMRCVBUF),
		.note = "packets received and not yet read, UDP, raw and packet sockets; what comes beyond is dropped; not counted: netlink sockets and packets beyond a packet socket's ring, each bounded by its SO_RCVBUF",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_BOUNDED,
		.needs = BIT(UB_NUMOTHERSOCK),
	},
	[UB_NUMOTHERSOCK] = {
		CALLED(NUMOTHERSOCK),
		.note = "all other sockets; socket, socketpair and a unix connect fail (inet and packet: ENOBUFS; others: ENOMEM)",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_EXACT,
		.err = ENOMEM,
	},
	[UB_DCACHESIZE] = {
		CALLED(DCACHESIZE),
		.note = "reclaimable kernel objects of the container's memory cgroup, which are dentries and inodes for the most part; nothing is refused, the kernel shrinks them",
		.counted = VZCTX_COUNTED_KERNEL,
		.enforced = VZCTX_ENFORCED_NO,
	},
	[UB_NUMFILE] = {
		CALLED(NUMFILE),
		.note = "open files (a dup counts once), until the last descriptor and mapping is gone; open, pipe, socket, accept and exec fail",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_EXACT,
		.err = ENFILE,
	},
	[UB_NUMIPTENT] = {
		CALLED(NUMIPTENT),
		.note = "packet rules added from inside, iptables entries and nft rules; what a new table of iptables begins with included; adding fails; not counted: set elements, ebtables",
		.counted = VZCTX_COUNTED_CHARGED,
		.enforced = VZCTX_ENFORCED_EXACT,
		.err = ENOMEM,
	},
	[UB_SWAPPAGES] = {
		CALLED(SWAPPAGES),
		.note = "swap of the container's memory cgroup; the limit is its memory.swap.max, failcnt that of memory.swap.events",
		.counted = VZCTX_COUNTED_KERNEL,
		.enforced = VZCTX_ENFORCED_CGROUP,
	},
};

const char *const vzctx_why_words[] = {
	[VZCTX_WHY_NONE] = "is as it should be",
	[VZCTX_WHY_HOOK] = "cannot be hooked; see the kernel log",
	[VZCTX_WHY_ABSENT] = "is not in this kernel",
	[VZCTX_WHY_PROTOTYPE] = "has another prototype on this kernel",
	[VZCTX_WHY_UNTOLD] = "has a prototype that this kernel does not tell",
	[VZCTX_WHY_VARIANT] = "is in this kernel only as a variant the compiler made",
	[VZCTX_WHY_TWICE] = "is the name of two functions of this kernel",
};

/* Of resources some hook of which could not be installed. */
static struct vzctx_res_lack lacks[UB_RESOURCES];

/* For writers of @lacks. A leaf. */
static DEFINE_SPINLOCK(lacks_lock);

/**
 * vzctx_res_find() - finds a resource by its number
 * @id: OpenVZ's number
 *
 * Return: the row, or NULL for a number without a resource.
 */
const struct vzctx_res *vzctx_res_find(u32 id)
{
	if (id >= UB_RESOURCES || !vzctx_res[id].name)
		return NULL;
	return &vzctx_res[id];
}

/*
 * Whether it will be so for as long as the kernel runs. Of functions of the kernel
 * itself, which alone a whole resource may lack; for those of modules see share.h.
 */
static bool is_final(enum vzctx_why why)
{
	return why > VZCTX_WHY_ABSENT;
}

/**
 * vzctx_res_disable() - says that a resource is not charged
 * @id: OpenVZ's number, below UB_RESOURCES
 * @why: the reason; the first one stays
 * @symbol: the kernel function it lies in, constant
 */
void vzctx_res_disable(u32 id, enum vzctx_why why, const char *symbol)
{
	spin_lock(&lacks_lock);
	if (!lacks[id].why) {
		WRITE_ONCE(lacks[id].symbol, symbol);
		/* Pairs with vzctx_res_lacks(): who sees why sees the symbol. */
		smp_store_release(&lacks[id].why, why);
	}
	spin_unlock(&lacks_lock);
}

/* Another attempt is made to hook what could not be hooked. */
void vzctx_res_enable_all(void)
{
	unsigned int id;

	spin_lock(&lacks_lock);
	for (id = 0; id < UB_RESOURCES; id++)
		if (!is_final(lacks[id].why))
			WRITE_ONCE(lacks[id].why, VZCTX_WHY_NONE);
	spin_unlock(&lacks_lock);
}

/**
 * vzctx_res_active() - tells whether a resource is charged on this kernel
 * @id: OpenVZ's number, below UB_RESOURCES
 *
 * Speaks of the hooks as they were last installed, and before the first context
 * of what loading found out about the kernel's functions.
 *
 * Return: true if the resource is counted and no hook of it is missing.
 */
bool vzctx_res_active(u32 id)
{
	unsigned long needs = vzctx_res[id].needs;
	unsigned int need;

	if (vzctx_res[id].counted == VZCTX_COUNTED_NO || READ_ONCE(lacks[id].why))
		return false;
	for_each_set_bit(need, &needs, UB_RESOURCES)
		if (!vzctx_res_active(need))
			return false;
	return true;
}

/**
 * vzctx_res_lacks() - tells why a resource is not charged on this kernel
 * @id: OpenVZ's number, below UB_RESOURCES
 *
 * Return: what it, or a resource it needs, lacks.
 */
struct vzctx_res_lack vzctx_res_lacks(u32 id)
{
	unsigned long needs = vzctx_res[id].needs;
	struct vzctx_res_lack lack = {};
	unsigned int need;

	/* Pairs with vzctx_res_disable(). */
	lack.why = smp_load_acquire(&lacks[id].why);
	if (lack.why) {
		lack.symbol = READ_ONCE(lacks[id].symbol);
		return lack;
	}
	for_each_set_bit(need, &needs, UB_RESOURCES) {
		lack = vzctx_res_lacks(need);
		if (lack.why)
			break;
	}
	return lack;
}
