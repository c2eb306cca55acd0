/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the context: what it is, and who refers to it
 *
 *            create                    init dies, all tasks reaped
 *   (none) ---------> RUNNING ------------------------------------> DYING
 *                     in by_ns, by_id                                 |
 *                     pins module, pid namespace      last object freed
 *                                                                     v
 *                                                                  (none)
 *
 * Lock order, outermost first:
 *   vzctx_control (mutex: create, limits, hooks; never taken by a wrapper,
 *	because an exiting task that waits for it would hold up the RCU-tasks
 *	grace period its holder may be waiting for; nor is a wrapper waited for
 *	with it held)
 *   turn of a lock owner (mutex of one context: while one request of its for a
 *	file lock runs)
 *   lock of hook.c (mutex: what is hooked; inside the module notifier too)
 *   size lock of the owner table (mutex: while its entries are moved or walked)
 *   ctx registry lock (spinlock: hash tables and tree; a leaf but for news)
 *   lock of the records of the ended (spinlock: ended.c)
 *   owner bucket lock (raw, interrupts off; of two the one of the older table first)
 *     ledger of processor time, and list of what is lent (raw, leaves)
 *   signal level lock (raw, interrupts off, leaf)
 *   news lock (raw, interrupts off, leaf)
 *   lock of a ring of refusals (raw, interrupts off, leaf: hit.c)
 */
#ifndef _VZCTX_CTX_H
#define _VZCTX_CTX_H

#include <linux/mutex.h>
#include <linux/percpu-refcount.h>
#include <linux/pid_namespace.h>
#include <linux/rbtree.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <uapi/linux/vzctx.h>

#include "base/bc.h"
#include "base/cputime.h"
#include "base/event.h"
#include "base/res.h"
#include "base/tunables.h"

struct file;
struct mem_cgroup;
struct vzctx_ended;
struct vzctx_hits;
struct vzctx_port;
struct vzctx_spare;

/**
 * struct vzctx - one context (CT)
 * @ctid: its id, 1..VZCTX_CTID_MAX; constant
 * @state: RUNNING or DYING; written under the registry lock
 * @serial: order of binding, never reused; constant
 * @since: CLOCK_REALTIME nanoseconds of the binding; constant
 * @pid_ns: root pid namespace; referenced until a grace period after the end
 * @init: its init; referenced likewise. Both constant while referenced.
 * @bc: beancounters, indexed by UB_*
 * @action: what follows a refusal, enum vzctx_action by UB_*; written under the
 *	control mutex
 * @freezer: the cgroup.freeze of the context, or NULL; see on_limit.c
 * @cpu: what its tasks have used
 * @last: what is kept after the end; constant
 * @hits: its last refusals, in @last; constant
 * @memcg: its memory cgroup; written once at the binding, referenced until a
 *	grace period after the end; NULL if it has none of its own
 * @oom_before: how often @memcg was out of memory before the binding
 * @swap_before: how often its swap was refused before
 * @port: its share in the network; constant
 * @news: limit events on their way to process context
 * @lock_turn: by hash of a lock owner; see hook/lock.c
 * @lent_lock: guards @lent; inside an owner bucket lock
 * @lent: owner entries of what was there before, through their member mine
 * @holds: one for RUNNING, one while it is being bound; without any it is let go
 * @ref: one while there are @holds, one per owner entry, one per holder of a
 *	pointer
 * @spare: per CPU, owner entries for the next objects
 * @objects: per CPU, owner entries; a sum is right when nothing moves
 * @by_ns: in the hash of namespaces while RUNNING (RCU)
 * @by_id: in the hash of ids while RUNNING (registry lock)
 * @all: in the tree of all contexts, by serial (registry lock)
 * @work: after the end: waits for readers, then for references
 */
struct vzctx {
	u32 ctid;
	enum vzctx_state state;
	u64 serial;
	u64 since;
	struct pid_namespace *pid_ns;
	struct pid *init;
	struct vzctx_bc bc[UB_RESOURCES];
	u8 action[UB_RESOURCES];
	struct file *freezer;
	struct vzctx_cpu cpu;
	struct vzctx_ended *last;
	struct vzctx_hits *hits;
	struct mem_cgroup *memcg;
	unsigned long oom_before;
	unsigned long swap_before;
	struct vzctx_port *port;
	struct vzctx_news news;
	struct mutex lock_turn[1 << VZCTX_LOCK_TURN_BITS];
	raw_spinlock_t lent_lock;
	struct hlist_head lent;
	refcount_t holds;
	struct percpu_ref ref;
	struct vzctx_spare __percpu *spare;
	long __percpu *objects;
	struct hlist_node by_ns;
	struct hlist_node by_id;
	struct rb_node all;
	struct rcu_work work;
};

extern struct mutex vzctx_control;
extern struct workqueue_struct *vzctx_wq;

bool vzctx_tryget(struct vzctx *ctx);
void vzctx_put(struct vzctx *ctx);
long vzctx_objects(const struct vzctx *ctx);

#endif /* _VZCTX_CTX_H */
