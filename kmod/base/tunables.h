/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - every number that was chosen
 */
#ifndef _VZCTX_TUNABLES_H
#define _VZCTX_TUNABLES_H

enum vzctx_limits {
	/*
	 * Owner table: at least so many buckets (bits), and at most one for so
	 * much memory; how many entries a CPU puts in between two looks at it.
	 */
	VZCTX_OWNER_BITS_MIN = 12,
	VZCTX_OWNER_BITS_MAX = 24,
	VZCTX_OWNER_BYTES_PER_BUCKET = 4096,
	VZCTX_OWNER_LOOKS = 64,

	/* Entries a context keeps on each CPU for its next objects. */
	VZCTX_OWNER_SPARE = 16,

	/* Turns that file lock requests of one context take (bits). */
	VZCTX_LOCK_TURN_BITS = 4,

	/* Buckets of pairs of context and user with signals queued (bits). */
	VZCTX_SIG_HASH_BITS = 8,

	/* Recounts before a refusal stands; pids looked at without a pause. */
	VZCTX_VM_RECOUNTS = 8,
	VZCTX_VM_BATCH = 256,

	VZCTX_NS_HASH_BITS = 10,
	VZCTX_ID_HASH_BITS = 10,

	/* Limit events of one context: this many at once, one more per period. */
	VZCTX_EVENT_BURST = 16,
	VZCTX_EVENT_PERIOD_MS = 100,

	/* Forged packets of one context that are told: so many in a period. */
	VZCTX_SPOOF_BURST = 3,
	VZCTX_SPOOF_PERIOD_S = 5,

	/* Events of one context that wait: a burst of each. */
	VZCTX_EVENT_RING = VZCTX_EVENT_BURST + VZCTX_SPOOF_BURST,

	/* Refusals kept of one resource, to be asked for later. */
	VZCTX_HITS = 4,

	/* Contexts remembered after their end, and for how long. */
	VZCTX_LAST_MAX = 128,
	VZCTX_LAST_S = 86400,

	/* Tasks looked at in one hold of the lock of their context. */
	VZCTX_CPU_BATCH = 32,

	/* Load is reckoned over at most this many periods of 5 s at once. */
	VZCTX_LOAD_PERIODS = 1000,

	/* Kernel log lines of one context: OpenVZ's figures. */
	VZCTX_LOG_BURST = 4,
	VZCTX_LOG_PERIOD_S = 300,

	/* Seconds the hooks stay after the last context is gone. */
	VZCTX_LINGER_S = 60,
	VZCTX_LINGER_MAX_S = 86400,

	/*
	 * /proc/bc stays this much longer than /proc/vz, for programs that look
	 * for one and then for the other.
	 */
	VZCTX_PROC_BC_MS = 50,

	/* Types of the kernel or a module: path of their file, and how long it may be. */
	VZCTX_BTF_PATH = 96,
	VZCTX_BTF_MAX = 64 << 20,

	/* Lists of functions that are called. */
	VZCTX_EXPECTED = 8,

	/* Room for a module's name and that of a function in it. */
	VZCTX_KSYM_NAME = 192,

	/* Room for what is wrong with each kernel function a resource lacks. */
	VZCTX_LACK_NOTE = 256,

	/* Likewise what containers see of the host. */
	VZCTX_VIEW_NOTE = 512,

	/* Of a venet: OpenVZ's figure, and what IPv4 bounds it by. */
	VZCTX_VENET_MTU = 1500,
	VZCTX_VENET_MTU_MIN = 68,
	VZCTX_VENET_MTU_MAX = 65535,

	/* How often a sender that waits for othersockbuf looks again. */
	VZCTX_SOCKBUF_POLL_MS = 20,

	/* How often unloading looks whether wrappers are still in flight. */
	VZCTX_DRAIN_POLL_MS = 10,

	/* And after how many looks it says for whom it waits: 5 s. */
	VZCTX_DRAIN_LOOKS = 500,

	/*
	 * How often it is looked whether the last task that stayed in a wrapper
	 * has left, and after how many looks it is named: 2 s.
	 */
	VZCTX_STAY_POLL_MS = 100,
	VZCTX_STAY_LOOKS = 20,

	/* Such tasks named, stack frames looked at, pids without a pause. */
	VZCTX_INSIDE_TOLD = 8,
	VZCTX_INSIDE_FRAMES = 48,
	VZCTX_INSIDE_BATCH = 256,
};

#endif /* _VZCTX_TUNABLES_H */
